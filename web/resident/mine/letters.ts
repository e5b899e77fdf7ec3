// What the police or a moderator says to whoever sent a post, as its author reads it.
import type { Said } from "../../shared/guidelines";

export type Letter = {
  id: string;
  kind: "question" | "helped" | "warning" | "asked" | "decided";
  text: string;
  listed: Said | null;
  decided_by: { guideline: string; version: number } | null;
  ends_at: string;
  may_answer: boolean;
  answered: boolean;
  crosses_at: string | null;
};

/** It asks something, and nothing was answered yet. */
export const waits = ({ may_answer, answered }: Letter) => may_answer && !answered;
