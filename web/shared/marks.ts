// How recent each block is, for the tint of the map.
import type { Mark } from "./drawnmap";
import { hoursSince } from "./time.svelte";
import type { Post } from "./types";

export function marksOf(posts: Post[]): Map<string, Mark> {
  const marks = new Map<string, Mark>();
  for (const { block, happened_at } of posts) {
    const before = marks.get(block.id);
    const hours = hoursSince(happened_at);
    marks.set(block.id, { hours: Math.min(hours, before?.hours ?? Infinity), count: (before?.count ?? 0) + 1 });
  }
  return marks;
}
