// Which words of a text are to go, by the rule the program takes them out by: whole ones, between blanks.

export type Piece = { text: string; blank: boolean };

const MARK = "[…]"; // what will stand there

/** A text as words and the blanks between them. */
export const pieces = (text: string): Piece[] => (text.match(/\s+|\S+/g) ?? []).map((text) => ({ text, blank: !text.trim() }));

/** The words that are out, those that follow each other as one. */
export function cutRuns(part: Piece[], out: (place: number) => boolean): string[] {
  const runs: string[] = [];
  let run = "";
  let blanks = "";
  part.forEach(({ text, blank }, place) => {
    if (blank) blanks = text;
    else if (out(place)) {
      run = run ? run + blanks + text : text;
    } else if (run) {
      runs.push(run);
      run = "";
    }
  });
  return run ? [...runs, run] : runs;
}

/** The text as it will be: each of these goes wherever it stands, the longest first. */
export function withoutRuns(text: string, runs: string[]): string {
  const longest = [...runs].sort((a, b) => b.length - a.length);
  return longest.reduce((left, run) => left.replace(new RegExp(`(?<!\\S)${run.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&")}(?!\\S)`, "gu"), MARK), text);
}
