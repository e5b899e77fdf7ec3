// What an analyst narrows the desk to: the same of the list that is read, of what arrives, and of a saved watch.
import type { Query } from "../../shared/api";
import { finds } from "../../shared/found";
import type { Category, Post } from "../../shared/types";

export type Filter = {
  /** Null: all of mine. */
  divisions: string[] | null;
  categories: Category[] | null;
  kind: Post["kind"] | null;
  words: string;
  /** The blocks of an area that was drawn or picked; null: anywhere. */
  blocks: string[] | null;
};
export type Part = keyof Filter;

export const EVERYTHING: Filter = { divisions: null, categories: null, kind: null, words: "", blocks: null };
export const parts = Object.keys(EVERYTHING) as Part[];
export const MOST_BLOCKS = 200; // as many as one question carries; a larger area is a division

/** The parts that narrow anything. */
export const narrowing = (filter: Filter): Part[] => parts.filter((part) => (part === "words" ? filter.words.trim() !== "" : filter[part] !== null));

/** The filter without one of its parts. */
export const without = (filter: Filter, part: Part): Filter => ({ ...filter, [part]: EVERYTHING[part] });

/** Whether a post of one of my divisions passes all of the filter, or the one part of it that is asked about. */
export function wants(filter: Filter, post: Post, asked: readonly Part[] = parts): boolean {
  const passes: Record<Part, () => boolean> = {
    divisions: () => filter.divisions === null || filter.divisions.includes(post.division.id),
    categories: () => filter.categories === null || filter.categories.includes(post.category),
    kind: () => filter.kind === null || filter.kind === post.kind,
    words: () => finds(filter.words, post.title, post.text),
    blocks: () => filter.blocks === null || filter.blocks.includes(post.block.id),
  };
  return asked.every((part) => passes[part]());
}

/** What to ask the list for; null where nothing can pass: naming none would ask for all. */
export function query({ divisions, categories, kind, words, blocks }: Filter): Query | null {
  if ([divisions, categories, blocks].some((one) => one?.length === 0)) return null;
  return { division: divisions, category: categories, kind, q: words.trim() || null, block: blocks };
}

/** A filter out of what was kept: what is not of its form, or not mine any more, is left out. */
export function mended(found: Partial<Filter>, mine: string[]): Filter {
  const filter = { ...EVERYTHING, ...Object.fromEntries(parts.flatMap((part) => (found[part] === undefined ? [] : [[part, found[part]]]))) };
  return { ...filter, divisions: filter.divisions && filter.divisions.filter((id) => mine.includes(id)) };
}
