// What the programs answer: the nouns both sides may know. Nothing here says who posted.

export type Division = { id: string; name: string };
export type Block = { id: string; label: string; homes: number };
export type Rendition = { file: string; width: number; height: number; bytes: number };
export type Media = {
  state: "arriving" | "ready";
  poster: string | null;
  renditions: Rendition[];
  playlist: string | null;
  seconds: number;
};

export const postStates = ["held", "live", "hidden", "withdrawn", "removed", "expired", "kept"] as const;
export type PostState = (typeof postStates)[number];

export const categories = ["crime", "suspicious", "safety", "animal", "lost_found", "kindness", "other"] as const;
export type Category = (typeof categories)[number];

export type Post = {
  id: string;
  kind: "video" | "photo";
  category: Category;
  title: string;
  text: string;
  happened_at: string;
  published_at: string;
  division: Division;
  block: Block;
  media: Media | null;
  state: PostState;
};

export type Page<T> = { items: T[]; cursor: string | null };

export const flagReasons = [
  "privacy",
  "not_true",
  "hateful",
  "harassment",
  "racial_profiling",
  "graphic",
  "child",
  "other",
] as const;
export type FlagReason = (typeof flagReasons)[number];

/** What can be wrong with a request for footage. */
export const requestReasons = ["pressure", "race_only", "assembly", "not_footage", "other"] as const;
export type RequestReason = (typeof requestReasons)[number];
export type FlaggedFor = FlagReason | RequestReason;
/** A request for footage that is over, as everybody reads it: nobody's, and without its words. */
export type RequestTold = { id: string; day: string; kind: string; window_from: string; window_to: string; square_miles: number; places: string[] };

export type Ticket = { ticket: string; url: string };

/** One line of a Timeline. */
export type Step = { name: string; state: "done" | "now" | "later" | "stopped"; note?: string; progress?: number };

/** A request for footage, as owners read it. */
export type Reads = { division: string; kind: string; window_from: string; window_to: string; text: string };
