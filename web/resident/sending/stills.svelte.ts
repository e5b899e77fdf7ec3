// A few pictures of the chosen clip, or the photo, as they will be seen: made and kept in this page alone.
import type { Box } from "../../shared/boxes";
import { drawn, paint } from "../../shared/still";
import { photo, pictures } from "./film";
import { backdropOf, coverStill, type Backdrop } from "./porch";
import type { Trim } from "./trim";

const STILLS = 9; // enough for a median, few enough for a phone

type Taken = { of: string | null; list: ImageData[]; state: "none" | "taking" | "there" | "unseen" };

let taken = $state.raw<Taken>({ of: null, list: [], state: "none" });
export const stills = {
  get now() {
    return taken;
  },
};
let behind: { of: ImageData[]; backdrop: Backdrop } | null = null;

/** Takes pictures of the part that is kept, once for each file and part. */
export async function takeStills(address: string, isPhoto: boolean, trim: Trim | null): Promise<void> {
  const of = `${address} ${JSON.stringify(trim)}`;
  if (taken.of === of) return;
  taken = { of, list: [], state: "taking" };
  const list: ImageData[] = [];
  try {
    if (isPhoto) {
      const image = await photo(address);
      list.push(drawn(image, image.naturalWidth, image.naturalHeight));
    } else {
      await pictures(address, STILLS, (video) => list.push(drawn(video, video.videoWidth, video.videoHeight)), trim);
    }
    if (taken.of === of) taken = { of, list, state: "there" };
  } catch {
    if (taken.of === of) taken = { of, list: [], state: "unseen" };
  }
}

/** Draws a still with its boxes filled, and all that never moves hidden where that is asked. */
export function show(canvas: HTMLCanvasElement, list: ImageData[], number: number, boxes: readonly Box[], porch: boolean): void {
  const still = list[number]!;
  const picture = new ImageData(still.data.slice(), still.width, still.height);
  if (porch) coverStill(picture, backdrop(list));
  paint(canvas, picture, boxes);
}

function backdrop(list: ImageData[]): Backdrop {
  if (behind?.of !== list) behind = { of: list, backdrop: backdropOf(list) };
  return behind.backdrop;
}
