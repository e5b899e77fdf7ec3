// What the picture of the chosen clip looks like, in 256 bits: worked out here, from the median of a few of its frames.
import { pictures } from "./film";

const FRAMES = 5;
const [ACROSS, DOWN, FINE] = [17, 16, 8]; // places, and pixels each of them is the mean of

export const seen = $state<{ address: string | null; view: string | null }>({ address: null, view: null });

/** Works out the view of the clip at this address, once. */
export async function see(address: string): Promise<void> {
  if (seen.address === address) return;
  Object.assign(seen, { address, view: null });
  const view = await viewOf(address).catch(() => null);
  if (seen.address === address) seen.view = view;
}

async function viewOf(address: string): Promise<string> {
  const frames: number[][] = [];
  await pictures(address, FRAMES, (video) => frames.push(places(video)));
  return bits(frames[0]!.map((_, place) => middle(frames.map((frame) => frame[place]!))));
}

/** How bright each place of the picture is. */
function places(video: HTMLVideoElement): number[] {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [ACROSS * FINE, DOWN * FINE];
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
  const sums = new Array<number>(ACROSS * DOWN).fill(0);
  for (let at = 0; at < pixels.length; at += 4) {
    const [x, y] = [(at / 4) % canvas.width, Math.floor(at / 4 / canvas.width)];
    const place = Math.floor(y / FINE) * ACROSS + Math.floor(x / FINE);
    sums[place]! += 0.299 * pixels[at]! + 0.587 * pixels[at + 1]! + 0.114 * pixels[at + 2]!;
  }
  return sums;
}

/** A bit for each place: whether the next one to the right is brighter. */
function bits(bright: number[]): string {
  let told = "";
  for (let row = 0; row < DOWN; row++)
    for (let from = 0; from < ACROSS - 1; from += 4) {
      const four = [0, 1, 2, 3].map((step) => bright[row * ACROSS + from + step + 1]! > bright[row * ACROSS + from + step]!);
      told += four.reduce((all, bit) => all * 2 + Number(bit), 0).toString(16);
    }
  return told;
}

const middle = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
