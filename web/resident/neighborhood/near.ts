// How an area is narrowed on the page: by how long ago, and to what is near one's block.
import { cellsOf, type Larger } from "../../shared/larger";
import type { Post } from "../../shared/types";

export type Span = "day" | "week" | "month";
export const SPANS: Span[] = ["day", "week", "month"];
const HOUR = 3_600_000;
const HOURS: Record<Span, number> = { day: 24, week: 7 * 24, month: 30 * 24 };

/** From when on, by the full hour, so that a clock that is set wrong says nothing; null is "whenever". */
export const since = (span: Span | null): string | null => (span ? new Date(Math.floor(Date.now() / HOUR - HOURS[span]) * HOUR).toISOString() : null);

/** Whether a post may be from one of these blocks: from a larger one, any of its own. */
export const isNear = (post: Post, ring: Set<string>, larger: Larger[]): boolean => cellsOf(post.block.id, larger).some((cell) => ring.has(cell));
