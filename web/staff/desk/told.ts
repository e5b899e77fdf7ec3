// Parts of a filter, in words.
import type { Division } from "../../shared/types";
import { w } from "../../shared/words/words.svelte";
import type { Filter, Part } from "./filter";

/** One part of a filter that narrows, for a person. */
export function told(filter: Filter, part: Part, desk: { divisions: Division[]; cellsIn: (filter: Filter) => string[] }): string {
  const words = w().staff.filter;
  const says: Record<Part, () => string> = {
    divisions: () => filter.divisions?.map((id) => desk.divisions.find((one) => one.id === id)?.name ?? "").filter(Boolean).join(", ") || words.noDivision,
    categories: () => (filter.categories ?? []).map((one) => w().category[one]).join(", "),
    kind: () => (filter.kind ? words.kinds[filter.kind] : ""),
    words: () => `“${filter.words.trim()}”`,
    blocks: () => words.blocks(desk.cellsIn(filter).length),
  };
  return says[part]();
}
