// Where a camera looks: one of eight directions is told, and the wedge that is drawn finer stays on this device.
export const facings = ["n", "ne", "e", "se", "s", "sw", "w", "nw"] as const;
export type Facing = (typeof facings)[number];
/** Degrees: its middle, clockwise from north, and how much it takes in. */
export type Wedge = { turn: number; wide: number };
export type Wedges = Record<string, Wedge>;

const EACH = 45;

/** What is told of it: the direction that its middle is nearest to. */
export const rounded = ({ turn }: Wedge): Facing => facings[Math.round((((turn % 360) + 360) % 360) / EACH) % facings.length]!;

/** What a direction says of it, and no more. */
export const asTold = (facing: Facing): Wedge => ({ turn: facings.indexOf(facing) * EACH, wide: EACH });

/** What was drawn of a camera, while it still looks that way; else what is told of it. */
export function drawn(kept: Wedges, id: string | null, facing: Facing): Wedge {
  const found = id === null ? undefined : kept[id];
  return found && rounded(found) === facing ? found : asTold(facing);
}

/** Of what is kept, what is still of somebody's cameras. */
export const of = (kept: Wedges, ids: string[]): Wedges => Object.fromEntries(Object.entries(kept).filter(([id]) => ids.includes(id)));
