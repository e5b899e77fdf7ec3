// How the list of the area stood when a post was opened from it: who comes back goes on reading there.
import type { Category } from "../../shared/types";

type Stood = { post: string; pages: number; category: Category | null; view: "list" | "map"; block: string | null };
let stood: Stood | null = null; // in this page's memory alone: a title or a place in it tells nobody later

export function remember(now: Stood | null): void {
  stood = now;
}

/** Once: a later visit begins at the top. */
export function comeBack(): Stood | null {
  const was = stood;
  stood = null;
  return was;
}
