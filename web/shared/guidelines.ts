// What may be posted: the same words for who posts and who decides, in the page's language.
import * as api from "./api";
import { language, type Language } from "./words/words.svelte";

export type Said = Record<Language, string>;
export type Guideline = { id: string; title: Said; text: Said; fine: Said[]; not_fine: Said[]; decisions: string[] };
export type Rule = { id: string; guideline: string; categories: string[]; title: Said; hint: Said };
export type Guidelines = { version: number; items: Guideline[]; rules: Rule[] };

let asked: Promise<Guidelines> | undefined;

/** The guidelines in force; asked for once, as long as they came. */
export function guidelines(): Promise<Guidelines> {
  asked ??= api.get<Guidelines>("/v1/guidelines").catch((error) => {
    asked = undefined;
    throw error;
  });
  return asked;
}

/** In the language the page speaks. */
export const spoken = (said: Said) => said[language.code];
