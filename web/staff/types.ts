// What only staff pages know.
import type { Division, FlagReason, Post, PostState, RequestReason } from "../shared/types";

export type Role = "analyst" | "detective" | "moderator" | "lead" | "admin";
export type Me = {
  name: string;
  roles: { role: Role; division: Division | null }[];
  divisions: Division[];
  demo: boolean;
  lock_after: number;
};

export type Duty = { role: Role; division: Division | null };
export type Member = {
  id: string;
  name: string;
  duties: Duty[];
  log_ins: number;
  last_log_in_at: string;
  ended: boolean;
  mine: boolean;
};

/** A moderator's own shift: of `most` openings in so many hours (0: without a limit). */
export type Shift = { opened: number; most: number; hours: number; rests_until: string | null };
export type Share = { part: number | null; whole: number };
export type Loads = {
  days: number;
  most: number;
  hours: number;
  divisions: ({
    division: Division;
    waiting: number;
    late: number;
    decided: number;
    median_minutes: number | null;
  } & Record<"in_time" | "agreed" | "upheld" | "held" | "kept_off" | "corrected", Share>)[];
  moderators: { name: string; opened: number; rests_until: string | null }[];
};

export type SecondFactor = { is_set: boolean; recovery_codes_left: number };
/** A key for a phone, and the link of the same, which is drawn. */
export type Key = { key: string; link: string };
export type Offer = { role: Role; division: Division | null; ends_at: string; second_factor: Key; shortest_password: number };

export type Verb = "hold" | "hide" | "restore" | "remove" | "dismiss" | "suspend" | "warn";

export type Kind = "flag" | "hold" | "appeal" | "restore" | "suspend" | "answer" | "comment" | "correction";
export type FlagSeen = {
  reason: FlagReason;
  text: string;
  at_seconds: number | null;
  from: "neighbour" | "police" | "check";
  flagged_at: string;
};
export type Claim = { by: string; mine: boolean; until: string };

/** A post that waits for a moderator, and all that it waits for. */
export type Waiting = {
  id: string;
  about: "post";
  post: Post;
  kinds: Kind[];
  since: string;
  due_at: string;
  count: number;
  reasons: { reason: FlagReason; count: number }[];
  flags: FlagSeen[];
  appeal: { text: string; at: string; mine: boolean } | null;
  proposed: { by: string; note: string; at: string; mine: boolean } | null;
  to_suspend: { by: string; note: string; at: string; mine: boolean; reason: string } | null;
  asked: { text: string; listed: string; by: string; at: string; ends_at: string; answer: { name: string; text: string; at: string } | null }[];
  comments: { id: string; name: string; text: string; count: number; by_police: number; reasons: string[]; notes: string[] }[];
  claim: Claim | null;
};

/** A flagged request for footage that waits: neither its case nor who asked. */
export type RequestWaiting = {
  id: string;
  about: "request";
  request: { id: string; division: Division; kind: string; text: string; window_from: string; window_to: string; blocks: string[]; state: string; ends_at: string | null };
  since: string;
  due_at: string;
  count: number;
  reasons: { reason: RequestReason; count: number }[];
  flags: { reason: RequestReason; text: string; from: "resident" | "police"; flagged_at: string }[];
  claim: Claim | null;
  recallable: boolean;
};
export type Item = Waiting | RequestWaiting;
/** How a comment is judged. */
export type Judge = (id: string, verb: "keep" | "remove", reason: string) => Promise<void>;
export type RequestVerb = "dismiss" | "take_back";

export type Decided = { post: Post; state: PostState; waits_for_second: boolean };
export type Outcome = { post_id: string; state: PostState | null; waits_for_second: boolean; code: string | null };

export type Decision = {
  verb: Verb | "propose" | "edit" | "blur" | "agree" | "ask" | "ask_held";
  reason: string;
  note: string | null;
  by: string;
  at: string;
  from_state: PostState;
  to_state: PostState;
  guidelines: number;
  undone: boolean;
};

/** How far it is with suspending whoever sent a post; nobody at the desk learns who that is, or whether there is somebody. */
export type Suspension = "proposed" | "agreed" | "carried_out" | "lifting" | "lifted";

export type AuditEntry = {
  seq: number;
  at: string;
  by: string;
  action: string;
  subject: string;
  payload: Record<string, unknown> | null;
};
