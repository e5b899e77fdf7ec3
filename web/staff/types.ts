// What only staff pages know.
import type { Division, FlagReason, Post, PostState } from "../shared/types";

export type Role = "analyst" | "detective" | "moderator" | "lead" | "admin";
export type Me = {
  name: string;
  roles: { role: Role; division: Division | null }[];
  divisions: Division[];
  demo: boolean;
};

export type Verb = "hold" | "hide" | "restore" | "remove" | "dismiss";

export type Flagged = {
  id: string;
  post: Post;
  reason: FlagReason;
  text: string | null;
  at_seconds: number | null;
  from: "neighbour" | "police" | "check";
  flagged_at: string;
  count: number;
  reasons: { reason: FlagReason; count: number }[];
};

export type Decision = {
  verb: Verb;
  reason: string;
  note: string | null;
  by: string;
  at: string;
  from_state: PostState;
  to_state: PostState;
  guidelines: number;
};

export type AuditEntry = {
  seq: number;
  at: string;
  by: string;
  action: string;
  subject: string;
  payload: Record<string, unknown> | null;
};
