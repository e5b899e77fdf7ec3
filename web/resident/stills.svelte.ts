// A few pictures of the chosen clip, or the photo, as they will be seen: made and kept in this page alone.
import type { Box } from "./boxes";
import { photo, pictures } from "./film";
import { backdropOf, coverStill, type Backdrop } from "./porch";
import type { Trim } from "./trim";

const STILLS = 9; // enough for a median, few enough for a phone
const WIDEST = 480;

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
  [canvas.width, canvas.height] = [still.width, still.height];
  const context = canvas.getContext("2d")!;
  const picture = new ImageData(still.data.slice(), still.width, still.height);
  if (porch) coverStill(picture, backdrop(list));
  context.putImageData(picture, 0, 0);
  for (const { x, y, w, h } of boxes) {
    context.fillStyle = mean(picture, x, y, w, h);
    context.fillRect(x * still.width, y * still.height, w * still.width, h * still.height);
  }
}

function backdrop(list: ImageData[]): Backdrop {
  if (behind?.of !== list) behind = { of: list, backdrop: backdropOf(list) };
  return behind.backdrop;
}

function drawn(source: CanvasImageSource, width: number, height: number): ImageData {
  if (!width || !height) throw new Error("no picture");
  const canvas = document.createElement("canvas");
  const scale = Math.min(1, WIDEST / Math.max(width, height));
  [canvas.width, canvas.height] = [Math.max(2, Math.round(width * scale)), Math.max(2, Math.round(height * scale))];
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

function mean({ data, width, height }: ImageData, x: number, y: number, w: number, h: number): string {
  const sums = [0, 0, 0, 0];
  for (let row = Math.floor(y * height); row < Math.ceil((y + h) * height); row++)
    for (let column = Math.floor(x * width); column < Math.ceil((x + w) * width); column++) {
      const at = (row * width + column) * 4;
      for (let part = 0; part < 3; part++) sums[part]! += data[at + part] ?? 0;
      sums[3]!++;
    }
  return `rgb(${sums.slice(0, 3).map((sum) => Math.round(sum / Math.max(1, sums[3]!))).join(" ")})`;
}
