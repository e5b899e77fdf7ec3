// Which part of a clip is kept: seconds from and to, or nothing where all of it is.
import { language } from "../../shared/words/words.svelte";

export const LEAST_SECONDS = 0.5; // between start and end, as the program that takes the post wants it

export type Trim = { start: number; end: number };

/** What of a clip of `seconds` is asked for; nothing where that is all of it. */
export function kept({ start, end }: Trim, seconds: number): Trim | null {
  const chosen = { start: tenths(Math.max(0, start)), end: tenths(Math.min(end, seconds)) };
  return chosen.start === 0 && chosen.end >= tenths(seconds) ? null : chosen;
}

/** A length as people of that language write it. */
export function inSeconds(seconds: number): string {
  const number = new Intl.NumberFormat(language.code, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return `${number.format(seconds)} s`;
}

const tenths = (seconds: number) => Math.round(seconds * 10) / 10;
