// An area drawn by hand becomes the blocks it touches: here, on the page. The drawn line itself is sent nowhere.
import type { Position } from "geojson";
import { holding, type Cell } from "../../shared/places";

type Box = { west: number; south: number; east: number; north: number };

/** The ids of the blocks of which any part lies inside the ring; rings are lists of [longitude, latitude]. */
export function touched(ring: Position[], cells: Cell[]): string[] {
  const drawn = { type: "Feature" as const, properties: null, geometry: { type: "Polygon" as const, coordinates: [closed(ring)] } };
  const around = boxOf(ring);
  return cells.filter((cell) => meets(cell, drawn.geometry.coordinates[0]!, around, (point) => !!holding([drawn], point))).map(({ properties }) => properties.id);
}

function meets(cell: Cell, ring: Position[], around: Box, holds: (point: Position) => boolean): boolean {
  const outlines = cell.geometry.type === "Polygon" ? [cell.geometry.coordinates] : cell.geometry.coordinates;
  return outlines.some(([outer]) => {
    if (!outer || !near(boxOf(outer), around)) return false;
    return outer.some(holds) || !!holding([cell], ring[0]!) || sides(outer).some((one) => sides(ring).some((other) => cross(one, other)));
  });
}

type Side = [Position, Position];
const closed = (ring: Position[]): Position[] => [...ring, ring[0]!];
const sides = (ring: Position[]): Side[] => ring.slice(1).map((end, at) => [ring[at]!, end]);
const turn = ([ax, ay]: Position, [bx, by]: Position, [cx, cy]: Position) => Math.sign((bx! - ax!) * (cy! - ay!) - (by! - ay!) * (cx! - ax!));
const cross = ([a, b]: Side, [c, d]: Side) => turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
const near = (a: Box, b: Box) => a.west <= b.east && b.west <= a.east && a.south <= b.north && b.south <= a.north;

function boxOf(ring: Position[]): Box {
  const [lon, lat] = [ring.map(([x]) => x!), ring.map(([, y]) => y!)];
  return { west: Math.min(...lon), east: Math.max(...lon), south: Math.min(...lat), north: Math.max(...lat) };
}
