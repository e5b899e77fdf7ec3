// The slips of what was flagged on this device: with one, what became of a flag is learned, and nobody else keeps whose it is.
import * as api from "./api";
import { keep, kept } from "./kept";
import type { FlaggedFor } from "./types";
import { w } from "./words/words.svelte";

export type Flagged = { slip: string; reason: FlaggedFor; at: number };
export type Outcome = { open: boolean; verb: string | null; guideline: string | null; version: number | null };

/** A reason in words, of a post, a comment or a request. */
export const calledReason = (reason: string): string => ({ ...w().flag.reasons, ...w().flag.requestReasons } as Record<string, string>)[reason] ?? reason;

const MOST = 50; // the newest; a post's time is over after 90 days
let key = "flags";

/** At a desk that several sit at, each has their own. */
export const flagsAreOf = (name: string) => (key = `flags.${name}`);

export const myFlags = () => kept<Flagged[]>(key, []);

export function keepFlag(slip: string, reason: FlaggedFor): void {
  keep(key, [{ slip, reason, at: Date.now() }, ...myFlags()].slice(0, MOST));
}

export const forgetFlags = () => keep(key, null);

/** What became of it; null where its post is gone for good. */
export async function outcomeOf({ slip }: Flagged): Promise<Outcome | null> {
  try {
    return await api.get<Outcome>(`/v1/flags/${slip}`);
  } catch (error) {
    if (error instanceof api.Refused && error.status === 404) return null;
    throw error;
  }
}
