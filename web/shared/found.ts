// Whether words find a post: the rule by which the program finds it, so that what arrives is judged as what was listed.
// (storage/posts/words.py: a word is a run of letters and digits, without accents and whatever its case; a post is found
// when each word asked for begins a word of its title or text.)

const LONGEST = 40; // letters of a word that count

/** Whether each word of `asked` begins a word of one of the texts; blanks ask nothing, and signs alone find nothing. */
export function finds(asked: string, ...texts: string[]): boolean {
  if (!asked.trim()) return true;
  const words = wordsOf(asked);
  const there = texts.flatMap(wordsOf);
  return words.length > 0 && words.every((word) => there.some((one) => one.startsWith(word)));
}

export function wordsOf(text: string): string[] {
  // Twice: what a compatible form stands for may have case and accents of its own.
  return (bare(bare(text)).match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => [...word].slice(0, LONGEST).join(""));
}

/** There and back, as "ß" is found by "ss"; the sigma at a word's end is like any other. */
const bare = (text: string) => folded(text).normalize("NFKD").replace(/\p{Mn}/gu, "");
const folded = (text: string) => text.toUpperCase().toLowerCase().replaceAll("ς", "σ");
