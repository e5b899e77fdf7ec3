// Boxes drawn on a picture, as shares of it in hundredths: no finer, so that few tell where exactly somebody draws.

export type Box = { x: number; y: number; w: number; h: number };
export type Point = { x: number; y: number };

export const MOST_BOXES = 10; // as the program that takes the post wants it
export const STEP = 0.02; // what an arrow key moves by
const LEAST = 0.02;

/** The box between two corners, inside the picture and no smaller than can be held. */
export function between(one: Point, other: Point): Box {
  const [x, right] = span(one.x, other.x);
  const [y, bottom] = span(one.y, other.y);
  return { x, y, w: hundredths(right - x), h: hundredths(bottom - y) };
}

/** The same box at another place, as far as the picture goes. */
export function moved(box: Box, right: number, down: number): Box {
  return { ...box, x: hundredths(within(box.x + right, 0, 1 - box.w)), y: hundredths(within(box.y + down, 0, 1 - box.h)) };
}

/** The box with its lower right corner elsewhere. */
export function resized(box: Box, wider: number, higher: number): Box {
  return { ...box, w: hundredths(within(box.w + wider, LEAST, 1 - box.x)), h: hundredths(within(box.h + higher, LEAST, 1 - box.y)) };
}

/** One in the middle, a little beside those that are there. */
export function another(count: number): Box {
  return moved({ x: 0.35, y: 0.35, w: 0.3, h: 0.3 }, count * STEP, count * STEP);
}

const within = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));
const hundredths = (value: number) => Math.round(value * 100) / 100;

function span(one: number, other: number): [number, number] {
  const from = within(Math.floor(Math.min(one, other) * 100) / 100, 0, 1 - LEAST);
  return [from, Math.max(from + LEAST, within(Math.ceil(Math.max(one, other) * 100) / 100, 0, 1))];
}
