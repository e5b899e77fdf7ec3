// What is to be blurred, as a resident may ask for it, and what is meant while they have said nothing.
import type { Category } from "../../shared/types";
import { language, w } from "../../shared/words/words.svelte";

export const redactions = ["faces", "plates", "overlay", "porch"] as const;
export type Redaction = (typeof redactions)[number];

// Sent so that somebody or their car is recognised: blurred, such a clip would tell the police nothing.
const TO_RECOGNISE: readonly Category[] = ["crime", "suspicious"];

// Seen only by comparing many pictures: no photo has it.
export const ofClips: readonly Redaction[] = ["overlay", "porch"];

/** As the kind of event suggests it; who chooses otherwise is not overruled. */
export function usual(category: Category | null): Redaction[] {
  return category && TO_RECOGNISE.includes(category) ? [] : ["faces", "plates", "overlay"];
}

/** "faces and licence plates". */
export function listed(kinds: readonly Redaction[]): string {
  return new Intl.ListFormat(language.code, { type: "conjunction" }).format(kinds.map((kind) => w().resident.blurred[kind]));
}
