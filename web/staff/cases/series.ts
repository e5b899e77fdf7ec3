// What a case knows of, in the order it happened.
import type { Block, Division } from "../../shared/types";
import type { CaseInFull } from "./casefile.svelte";

/** One thing of a series; `post`: its id, if it is one; `about`: what the case is opened on. */
export type Happened = { id: string; at: string; name: string; post: string | null; about: boolean; block: Block | null; division: Division };

export function inOrder({ incident, links }: CaseInFull): Happened[] {
  const found = [thing({ ...incident, at: incident.happened_at, name: `${incident.type} · ${incident.number}`, post: null, about: true })];
  for (const { post, incident: other } of links) {
    if (post) found.push(thing({ ...post, at: post.happened_at, name: post.title, post: post.id, about: false }));
    else if (other) found.push(thing({ ...other, at: other.happened_at, name: `${other.type} · ${other.number}`, post: null, about: false }));
  }
  return found.sort((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id));
}

const thing = ({ id, at, name, post, about, block, division }: Happened): Happened => ({ id, at, name, post, about, block, division });

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
