// One picture of a clip, or a photo, in the page: taken from what is on screen, and drawn with boxes filled.
import type { Box } from "./boxes";

const WIDEST = 480;

/** What is on screen, as small as it is needed here. Raises where nothing is. */
export function drawn(source: CanvasImageSource, width: number, height: number): ImageData {
  if (!width || !height) throw new Error("no picture");
  const canvas = document.createElement("canvas");
  const scale = Math.min(1, WIDEST / Math.max(width, height));
  [canvas.width, canvas.height] = [Math.max(2, Math.round(width * scale)), Math.max(2, Math.round(height * scale))];
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** Draws a picture with its boxes filled, each by the mean of what is in it. */
export function paint(canvas: HTMLCanvasElement, picture: ImageData, boxes: readonly Box[]): void {
  [canvas.width, canvas.height] = [picture.width, picture.height];
  const context = canvas.getContext("2d")!;
  context.putImageData(picture, 0, 0);
  for (const { x, y, w, h } of boxes) {
    context.fillStyle = mean(picture, x, y, w, h);
    context.fillRect(x * picture.width, y * picture.height, w * picture.width, h * picture.height);
  }
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
