// What a case knows of, in the order it happened.
import type { Block, Division } from "../../shared/types";
import type { Ask } from "../footage/asks.svelte";
import type { CaseInFull } from "./casefile.svelte";

/**
 * One thing of a series: what the case is opened on, what is linked, hours that owners were asked about, a clip that one
 * shared. `post`: its id, if it is one; `area`: the blocks that were asked about.
 */
export type Happened = { id: string; at: string; what: What; name: string; post: string | null; block: Place | null; division: Division; area: string[] };
export type What = "about" | "linked" | "asked" | "shared";
type Place = Pick<Block, "id" | "label"> & { homes?: number };

export function inOrder({ incident, links, division }: CaseInFull, asks: Ask[] = []): Happened[] {
  const none = { post: null, block: null, division, area: [] };
  const found: Happened[] = [reported(incident, "about")];
  for (const { post, incident: other } of links) {
    if (post) found.push({ ...none, id: post.id, at: post.happened_at, what: "linked", name: post.title, post: post.id, block: post.block, division: post.division });
    else if (other) found.push(reported(other, "linked"));
  }
  const known = new Set(found.map(({ id }) => id));
  for (const ask of asks.filter(({ sent_at }) => sent_at !== null)) {
    found.push({ ...none, id: ask.id, at: ask.window_from, what: "asked", name: ask.kind, area: ask.blocks });
    for (const { post_id, happened_at, block } of ask.answers) {
      if (!post_id || !happened_at || known.has(post_id)) continue; // taken back, or linked as well
      known.add(post_id);
      found.push({ ...none, id: post_id, at: happened_at, what: "shared", name: ask.kind, post: post_id, block });
    }
  }
  return found.sort((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id));
}

const reported = ({ id, happened_at, type, number, block, division }: CaseInFull["incident"], what: What): Happened => ({ id, at: happened_at, what, name: `${type} · ${number}`, post: null, block, division, area: [] });

/** Places on a line from 0 to 1, for times. */
export function strip(times: string[]): number[] {
  const at = times.map((time) => new Date(time).getTime());
  const [first, last] = [Math.min(...at), Math.max(...at)];
  return at.map((one) => (last > first ? (one - first) / (last - first) : 0.5));
}

/** From one to the next: so many hours, or days from two on. */
export function apart(before: string, after: string): { days: number; hours: number } {
  const hours = Math.round((new Date(after).getTime() - new Date(before).getTime()) / 3_600_000);
  return hours < 48 ? { days: 0, hours } : { days: Math.round(hours / 24), hours: 0 };
}
