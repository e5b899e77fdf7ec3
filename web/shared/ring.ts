// A block and those that touch it, told on the page from the whole division's file: no server is asked what is near a home.
// The rule is that of alerts (storage/atlas/around.py): blocks of the division alone, and never a radius.
import type { Position } from "geojson";
import type { Cell } from "./places";

const GRID = 100_000; // five decimals: there borders are the same whole numbers on both sides
type Side = [Position, Position];

/** The ids of the block and of all that touch it; nothing where this map does not know it. */
export function ringOf(home: string, cells: Cell[]): Set<string> {
  const own = cells.find(({ properties }) => properties.id === home);
  if (!own) return new Set();
  const sides = sidesOf(own);
  return new Set(cells.filter((cell) => cell === own || touch(sides, sidesOf(cell))).map(({ properties }) => properties.id));
}

function sidesOf({ geometry }: Cell): Side[] {
  const rings = geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.flat();
  return rings.flatMap((ring) => {
    const whole = ring.map(([x, y]) => [Math.round(x! * GRID), Math.round(y! * GRID)]);
    return whole.slice(1).map((end, at): Side => [whole[at]!, end]);
  });
}

const touch = (one: Side[], other: Side[]) => one.some((side) => other.some((beside) => near(side, beside) && meet(side, beside)));
const turn = ([ax, ay]: Position, [bx, by]: Position, [cx, cy]: Position) => Math.sign((bx! - ax!) * (cy! - ay!) - (by! - ay!) * (cx! - ax!));
/** Whether two sides whose boxes meet have a point in common, an end or a corner on the other's middle among them. */
const meet = ([a, b]: Side, [c, d]: Side) => turn(a, b, c) * turn(a, b, d) <= 0 && turn(c, d, a) * turn(c, d, b) <= 0;
const apart = (a: number, b: number, c: number, d: number) => Math.max(a, b) < Math.min(c, d) || Math.max(c, d) < Math.min(a, b);
const near = ([a, b]: Side, [c, d]: Side) => !apart(a[0]!, b[0]!, c[0]!, d[0]!) && !apart(a[1]!, b[1]!, c[1]!, d[1]!);
