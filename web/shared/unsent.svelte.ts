// What was typed and not yet sent, by where it belongs: kept while this page is open, whether its author goes back and
// comes again, closes a dialog, or has to log in anew. In memory alone: nothing of it is left on the device.
const texts = new Map<string, string>();

/** The text of one field; `where` names what it is about. Emptied, it is forgotten. */
export class Unsent {
  #where: string;
  #text = $state("");

  constructor(where: string) {
    this.#where = where;
    this.#text = texts.get(where) ?? "";
  }

  get text(): string {
    return this.#text;
  }

  set text(now: string) {
    this.#text = now;
    if (now) texts.set(this.#where, now);
    else texts.delete(this.#where);
  }
}

/** Somebody else is here now. */
export const forgetUnsent = (): void => texts.clear();
