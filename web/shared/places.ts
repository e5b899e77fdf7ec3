// Divisions and blocks: whole static files, looked through on this device only.
import type { Feature, MultiPolygon, Polygon, Position } from "geojson";
import * as api from "./api";
import type { Larger } from "./larger";
import type { Block, Division } from "./types";

type Area = Polygon | MultiPolygon;
export type DivisionShape = Feature<Area, Division & { cells: string; invented: boolean; homes: number; k: number }>;
export type Cell = Feature<Area, Block & { division: string }>;

/** What a resident chose: all that ever leaves the page about where. `larger` is the larger block that holds it. */
export type Place = { block: Block; division: Division; larger?: Block | null };

let divisionsOnce: Promise<DivisionShape[]> | undefined;
type CellFile = { features: Cell[]; larger: Larger[] };
type SentFile = { features: Cell[]; larger: (Block & { cells: number[] })[] }; // cells by their place among the features
const filesOnce = new Map<string, Promise<CellFile>>();

/** All divisions, read once. A failed reading is tried again next time. */
export function divisions(): Promise<DivisionShape[]> {
  divisionsOnce ??= api.get<{ features: DivisionShape[] }>("/v1/places/divisions").then(
    ({ features }) => features,
    (error) => {
      divisionsOnce = undefined;
      throw error;
    },
  );
  return divisionsOnce;
}

/** Every block of a division, read once. Never a part of it: a part would tell where you look. */
export const cells = async (division: DivisionShape): Promise<Cell[]> => (await file(division)).features;

/** Every larger block of a division: their shape is their blocks'. */
export const largerOf = async (division: DivisionShape): Promise<Larger[]> => (await file(division)).larger;

/** What a map is drawn from. */
export type Ground = { divisions: DivisionShape[]; cells: Cell[]; larger: Larger[] };

/** The divisions of these ids, and every block of them. */
export async function groundOf(ids: string[]): Promise<Ground> {
  const found = (await divisions()).filter(({ properties }) => ids.includes(properties.id));
  const files = await Promise.all(found.map(file));
  return { divisions: found, cells: files.flatMap(({ features }) => features), larger: files.flatMap(({ larger }) => larger) };
}

function file(division: DivisionShape): Promise<CellFile> {
  const address = division.properties.cells;
  let reading = filesOnce.get(address);
  if (!reading) {
    reading = api.get<SentFile>(address).then(named, (error) => {
      filesOnce.delete(address);
      throw error;
    });
    filesOnce.set(address, reading);
  }
  return reading;
}

const named = ({ features, larger }: SentFile): CellFile => ({
  features,
  larger: larger.map((one) => ({ ...one, cells: one.cells.map((at) => features[at]!.properties.id) })),
});

/** The one shape that holds a point, or undefined. */
export function holding<T extends Feature<Area, unknown>>(shapes: T[], [lon, lat]: Position): T | undefined {
  return shapes.find(({ geometry }) =>
    (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates).some(
      ([outer, ...holes]) => inside(outer!, lon!, lat!) && !holes.some((hole) => inside(hole, lon!, lat!)),
    ),
  );
}

/** Blocks whose label has every word; a house number counts when the block's range holds it. Best first. */
export function search(all: Cell[], text: string, most = 40): Cell[] {
  const words = plain(text).split(BETWEEN).filter(Boolean);
  if (!words.length) return [];
  return all
    .map((cell) => ({ cell, score: score(plain(cell.properties.label), words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.cell.properties.label.localeCompare(b.cell.properties.label, undefined, { numeric: true }))
    .slice(0, most)
    .map(({ cell }) => cell);
}

const BETWEEN = /[^\p{L}\p{N}]+/u; // words: a label as it is written finds its block
const plain = (text: string) =>
  text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase();

function score(label: string, words: string[]): number {
  const parts = label.split(BETWEEN);
  const range = label.match(/(\d+)\D+(\d+)/);
  let total = 0;
  for (const word of words) {
    const number = Number(word);
    if (parts.includes(word)) total += 3;
    else if (parts.some((part) => part.startsWith(word))) total += 2;
    else if (range && number >= Number(range[1]) && number <= Number(range[2])) total += 4;
    else return 0;
  }
  return total;
}

function inside(ring: Position[], x: number, y: number): boolean {
  let within = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i] as [number, number];
    const [xj, yj] = ring[j] as [number, number];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) within = !within;
  }
  return within;
}
