// Larger blocks: whole blocks joined once in the map's file. A post may name one instead, so that it says less of where.
import type { Block } from "./types";

export type Larger = Block & { cells: string[] };

/** The blocks of the map that a place is made of: a larger block's, or itself. */
export const cellsOf = (id: string, larger: Larger[]): string[] => larger.find((one) => one.id === id)?.cells ?? [id];

/** The larger block that holds a block, if there is one. */
export const around = (cell: string, larger: Larger[]): Larger | undefined => larger.find(({ cells }) => cells.includes(cell));

/** Everywhere a post from these blocks may say it is: they themselves, and each larger block that has one of them. */
export function areaOf(cells: string[], larger: Larger[]): string[] {
  const inside = new Set(cells);
  return [...inside, ...larger.filter((one) => one.cells.some((cell) => inside.has(cell))).map(({ id }) => id)];
}

/** The blocks of such an area without the larger ones. */
export function withoutLarger(area: string[], larger: Larger[]): string[] {
  const joined = new Set(larger.map(({ id }) => id));
  return area.filter((id) => !joined.has(id));
}
