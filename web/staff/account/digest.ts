// What an analyst's digest is, as the program tells it.
export type NewDigest = { mailbox: string; time: string; divisions: string[] | null };
export type Digest = {
  asked: (NewDigest & { next_at: string; confirmed: boolean }) | null;
  domains: string[];
  time_zone: string;
  demo_code: string | null;
};
