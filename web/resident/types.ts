// What only residents' pages know: their own posts by what they hold in their hands.
import type { Rule } from "../shared/guidelines";
import type { Block, Division, Post } from "../shared/types";
import type { Redaction } from "./sending/blur";
import type { NameSeen } from "../shared/names";
import type { Box } from "../shared/boxes";
import type { Letter } from "./mine/letters";

export type Home = Block & { division: Division };
export type Suspended = { until: string; decided_by: { guideline: string; version: number }; handle: string };
export type Me = { email_hint: string; whose: string; home: Home | null; mine_days: number; listed: boolean; suspended: Suspended | null; demo: boolean };

export type ClipState =
  | "received"
  | "processing"
  | "published"
  | "rejected"
  | "quarantined"
  | "withdrawing"
  | "withdrawn";
export type Stage = "received" | "checking" | "encoding" | "proving" | "publishing" | "finishing" | "done";

export type Original = { salt: string; sha256: string; told: boolean };

export type Progress = {
  state: ClipState;
  progress: number;
  stage: Stage;
  reason: { code: string; message: string; decided_by: { guideline: string; version: number } | null; rules: Rule[] } | null;
  post: Post | null;
  accepted_at: string;
  seconds: Partial<Record<Stage, number>> | null;
  blur: Redaction[];
  boxes: Box[];
  trim: [number, number] | null;
  waits_until: string | null;
  may_appeal: boolean;
  /** What proves the original; told to who has the receipt alone. */
  original?: Original | null;
  appeal: { state: "open" | "granted" | "denied" | "moot"; at: string } | null;
  letters: Letter[];
};

/** It is no post any more, or about to be none. */
export const isGone = (state: ClipState) => ["withdrawing", "withdrawn", "rejected"].includes(state);

/** It moves: on its way to the screens or off them, or on them and not yet complete. */
export const moves = ({ state, stage, post }: Progress) =>
  ["received", "processing", "withdrawing"].includes(state) || (state === "published" && stage !== "done" && post !== null && post.media?.state !== "ready");

export type Mine = Progress & { receipt_hint: string; handle: string; title: string };

export type Part = { number: number; url: string; received?: boolean };
export type UploadAnswer = { upload_id: string; state?: string; bytes?: number; part_bytes: number; parts: Part[] };
export type PreviewAnswer = { post: Post; replaced: { kind: string; count: number }[]; names: NameSeen[]; reword: Rule[]; judged_until: string | null };
export type Guessable = { homes: number; alike: number | null; cameras: number; blurs: Redaction[]; wait_minutes: number };
export type Comment = { id: string; name: string; text: string; at: string };
