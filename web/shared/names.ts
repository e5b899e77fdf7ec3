// Likely names of people in words that are not sent yet: asked about one by one, and taken out here, on this device.
export type Answer = "out" | "keep";
export type Asked = { text: string; answer: Answer | null };
export type NameSeen = { text: string; field: "title" | "text"; start: number; end: number };

const UNSEEN = /[\u00ad\u180e\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]/g; // as the scrubber, which found the names
const LETTER = "[\\p{L}\\p{N}]";

/** The words with `[name]` wherever one of the names stands that are to go. */
export function without(words: string, asked: Asked[]): string {
  const out = asked.filter(({ answer }) => answer === "out").map(({ text }) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (!out.length) return words;
  const any = out.sort((a, b) => b.length - a.length).join("|");
  const plain = words.normalize("NFKC").replace(UNSEEN, "");
  return plain.replace(new RegExp(`(^|(?!${LETTER}).)(?:${any})(?!${LETTER})`, "gsu"), "$1[name]");
}

/** What to ask about now, in the order it came up; what was answered stays as long as the words hold it. */
export function stillAsked(asked: Asked[], seen: NameSeen[], typed: string): Asked[] {
  const likely = new Set(seen.map(({ text }) => text));
  // What was to go and is still seen did not go: its author is asked again.
  const known = asked
    .filter(({ text, answer }) => likely.has(text) || (answer === "out" && without(typed, [{ text, answer }]) !== typed))
    .map(({ text, answer }) => ({ text, answer: answer === "out" && likely.has(text) ? null : answer }));
  const fresh = [...likely].filter((text) => !known.some((one) => one.text === text));
  return [...known, ...fresh.map((text) => ({ text, answer: null }))];
}

/** The names nobody was asked about yet when sending. */
export const unasked = (asked: Asked[], told: string[]) => asked.filter(({ text, answer }) => !answer && !told.includes(text));
