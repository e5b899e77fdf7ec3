// My cameras, as the program last told them, and what can be said about one. Its block's id is all there is of where.
import * as api from "../../shared/api";
import { keep, kept } from "../../shared/kept";
import { problem } from "../../shared/problem";
import { tell } from "../../shared/toast.svelte";
import type { Block, Division } from "../../shared/types";
import { w } from "../../shared/words/words.svelte";
import { who } from "../who.svelte";
import { drawn, of, type Facing, type Wedge, type Wedges } from "./wedge";

export type Said = { facing: Facing; indoor: boolean; retention_days: number; ask: "inbox" | "mail"; name: string };
export type Listing = { address: string; contact: string };
export type Camera = Said & {
  id: string;
  block: Block | null;
  division: Division | null;
  state: "active" | "paused" | "asleep";
  confirm_by: string;
  listing: Listing | null;
};

export const mine = $state<{ items: Camera[] | null; most: number; fault: string | null }>({ items: null, most: 0, fault: null });

export async function read(): Promise<void> {
  try {
    const found = await api.get<{ items: Camera[]; most: number }>("/v1/cameras");
    Object.assign(mine, found, { fault: null });
    keep(WEDGES, of(wedges(), found.items.map(({ id }) => id)));
  } catch (error) {
    mine.fault = problem(error);
  }
}

const WEDGES = "cameras.wedges";
const wedges = () => kept<Wedges>(WEDGES, {});

/** Where it looks, as finely as this device knows. */
export const wedgeOf = ({ id, facing }: Pick<Camera, "id" | "facing">): Wedge => drawn(wedges(), id, facing);
export const keepWedge = ({ id }: Camera, wedge: Wedge) => keep(WEDGES, { ...wedges(), [id]: wedge });

/** Does something to my cameras, says that it is done, and reads them anew. */
export async function act(done: string, does: () => Promise<unknown>, undo?: () => void): Promise<void> {
  try {
    await does();
    tell(done, { undo });
  } catch (error) {
    tell(problem(error, w().resident.cameras.codes));
  }
  await read();
}

const at = ({ id }: Camera) => `/v1/cameras/${id}`;

export function pause(camera: Camera): Promise<void> {
  const { paused, resumed } = w().resident.cameras;
  const resting = camera.state === "paused";
  const change = (state: string) => () => api.patch(at(camera), { state });
  if (resting) return act(resumed(camera.name), change("active"));
  return act(paused(camera.name), change("paused"), () => void act(resumed(camera.name), change("active")));
}

export function confirm(camera: Camera): Promise<void> {
  return act(w().resident.cameras.confirmed(camera.name), () => api.post(`${at(camera)}/confirm`));
}

export function retire(camera: Camera): Promise<void> {
  const { retired, back } = w().resident.cameras;
  const undo = () => void act(back(camera.name), () => api.post(`${at(camera)}/bring-back`));
  return act(retired(camera.name), () => api.del(at(camera)), undo);
}

export async function list(camera: Camera, listing: Listing | null): Promise<void> {
  if (listing) await api.put(`${at(camera)}/listing`, listing);
  else await api.del(`${at(camera)}/listing`);
  await read();
  if (who.me) who.me.listed = (mine.items ?? []).some((one) => one.listing);
}

/** Registers a camera, or says one anew: only what is not as it was. */
export function save(said: Said & { block_id: string }, before: Camera | null, key: string): Promise<Camera> {
  if (!before) return api.post("/v1/cameras", said, { "Idempotency-Key": key });
  const was: Record<string, unknown> = { ...before, block_id: before.block?.id };
  return api.patch(at(before), Object.fromEntries(Object.entries(said).filter(([name, value]) => was[name] !== value)));
}
