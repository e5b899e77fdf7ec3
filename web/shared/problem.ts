// A thrown thing as a sentence for a person.
import { LineCut, Refused } from "./api";
import { w } from "./words/words.svelte";

/** `codes` gives sentences for the codes a page expects. */
export function problem(error: unknown, codes: Record<string, string> = {}): string {
  if (error instanceof LineCut) return w().errors.line;
  if (!(error instanceof Refused)) return w().errors.unknown;
  if (codes[error.code]) return codes[error.code]!;
  if (error.status === 429) return w().errors.tooMany;
  return w().errors.refused(error.message, error.status);
}
