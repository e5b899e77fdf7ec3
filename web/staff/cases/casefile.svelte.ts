// The cases of a detective, analyst or lead: the list, the one that is open, and what can be done in it.
import * as api from "../../shared/api";
import { problem } from "../../shared/problem";
import { go, under } from "../../shared/route.svelte";
import type { Sign } from "../../shared/signs";
import type { Block, Division, Page, Post } from "../../shared/types";
import { w } from "../../shared/words/words.svelte";

export const caseStates = ["asked", "open", "closed", "refused"] as const;
export type CaseState = (typeof caseStates)[number];
export type Act = "consent" | "refuse" | "assign" | "note" | "link" | "cameras" | "write" | "footage" | "second_footage" | "export" | "close" | "reopen";
export type Incident = { id: string; number: string; type: string; happened_at: string; division: Division; block: Block | null };
export type Member = { id: string; name: string };

export type Case = {
  id: string;
  number: string;
  state: CaseState;
  incident: Incident;
  division: Division;
  asked_by: string;
  asked_at: string;
  mine: boolean;
  may: Act[];
};

export const linkReasons = ["shows_it", "same_vehicle", "same_method", "same_clothing", "same_route", "other"] as const;
export const confidences = ["possible", "likely", "certain"] as const;
export type LinkReason = (typeof linkReasons)[number];
export type Confidence = (typeof confidences)[number];

export type Link = {
  id: string;
  post: Post | null;
  incident: Incident | null;
  reason: LinkReason;
  confidence: Confidence;
  note: string;
  by: string;
  at: string;
};
type Further = "ask" | "assign" | "unassign" | "unlink" | "approve" | "deny" | "resolve" | "recall" | "contact" | "download" | "question" | "helped";
export type EntryKind = Further | Exclude<Act, "assign" | "second_footage" | "write">;
export type Entry = { kind: EntryKind; by: string; at: string; text: string; about: string | null; reason: LinkReason | null };
export type CaseInFull = Case & { members: Member[]; links: Link[]; timeline: Entry[] };

export const quadrants = ["n", "e", "s", "w"] as const;
export type Retention = "under_3" | "3_to_7" | "8_to_30" | "over_30";
/** That a block has a camera which looks that way, never how many. */
export type Pin = { block_id: string; quadrant: (typeof quadrants)[number]; retention: Retention; left: "kept" | "perhaps" | "gone"; kept_until: string };
export type Listed = Pick<Pin, "block_id" | "quadrant" | "retention"> & { address: string; contact: string };
/** Listed cameras as signs on a map: by their address, in their block. They come in an order of their own, and stay in it. */
export const signsOf = (listed: Listed[]): Sign[] => listed.map(({ block_id, address }, at) => ({ id: String(at), block: block_id, label: address }));

/** Where a case's page is, that of its cameras, and those of what it asks owners for. */
export const pageOf = (caseId: string) => `/cases/${caseId}`;
export const camerasOf = (caseId: string) => `/cases/${caseId}/cameras`;
export const asksOf = (caseId: string) => `/cases/${caseId}/requests`;
export const composeOf = (caseId: string) => `/cases/${caseId}/requests/new`;
/** A post as the case's: there too when it is nowhere else any more. */
export const postOf = (caseId: string, postId: string) => `/cases/${caseId}/posts/${postId}`;

/** A refusal in words; the codes that casework has of its own are said in the page's language. */
export const caseProblem = (error: unknown) => problem(error, w().staff.cases.codes);

export class Casefile {
  state = $state<CaseState | null>(null);
  items = $state.raw<Case[] | null>(null);
  cursor = $state<string | null>(null);
  fault = $state<string | null>(null);
  /** The open case in full; while another is read, the one before is not shown as if it were that one. */
  #full = $state.raw<CaseInFull | null>(null);
  #reads = 0; // an answer that a later one, or that to a deed, has overtaken is older than what is shown
  fullFault = $state<{ gone: boolean; text: string } | null>(null);

  get open(): string | null {
    return under("/cases/")?.split("/")[0] ?? null;
  }

  /** Whether its cameras are looked at, and not the case itself. */
  get looking(): boolean {
    return under("/cases/")?.endsWith("/cameras") ?? false;
  }

  /** Whether what it asks owners for is looked at; and whether that is written. */
  get asking(): boolean {
    return this.composing || (under("/cases/")?.endsWith("/requests") ?? false);
  }

  get composing(): boolean {
    return under("/cases/")?.endsWith("/requests/new") ?? false;
  }

  /** The post of it that is looked at, and not the case itself. */
  get watching(): string | null {
    const [, what, post] = under("/cases/")?.split("/") ?? [];
    return (what === "posts" && post) || null;
  }

  get full(): CaseInFull | null {
    return this.#full?.id === this.open ? this.#full : null;
  }

  async read(after: string | null = null): Promise<void> {
    const wanted = this.state;
    this.fault = null;
    try {
      const page = await api.get<Page<Case>>("/v1/cases", { state: wanted, cursor: after });
      if (wanted !== this.state) return;
      this.items = after ? [...(this.items ?? []), ...page.items] : page.items;
      this.cursor = page.cursor;
    } catch (error) {
      if (wanted === this.state) this.fault = caseProblem(error);
    }
  }

  async readFull(caseId: string): Promise<void> {
    const mine = ++this.#reads;
    this.fullFault = null;
    try {
      const found = await api.get<CaseInFull>(`/v1/cases/${caseId}`);
      if (mine === this.#reads && caseId === this.open) this.#full = found;
    } catch (error) {
      const gone = error instanceof api.Refused && [403, 404].includes(error.status); // the role it takes may be gone as well
      if (mine === this.#reads && caseId === this.open) this.fullFault = { gone, text: gone ? w().staff.cases.gone : caseProblem(error) };
    }
  }

  narrow(state: CaseState | null): void {
    this.state = state;
    this.items = null;
    void this.read();
  }

  /** Opens the next case of the list, or the one before. */
  step(by: 1 | -1): void {
    const list = this.items ?? [];
    const from = list.findIndex(({ id }) => id === this.open);
    const next = list[from < 0 && by < 0 ? list.length - 1 : from + by];
    if (next) go(pageOf(next.id), { replace: this.open !== null });
  }

  /** Takes the case as an answer told it, in the list too. */
  told(found: CaseInFull): void {
    if (found.id === this.open) [this.#full, this.#reads] = [found, this.#reads + 1];
    this.items = this.items?.map((one) => (one.id === found.id ? found : one)) ?? null;
  }

  async post(step: string, body: unknown = {}): Promise<void> {
    this.told(await api.post<CaseInFull>(`/v1/cases/${this.open}/${step}`, body));
  }

  async del(step: string): Promise<void> {
    this.told(await api.del<CaseInFull>(`/v1/cases/${this.open}/${step}`));
  }
}
