// How a place is said: "one of 14 homes on 2400-2500 Park Ave".
import type { Block, Post } from "./types";
import { w } from "./words/words.svelte";

/** A street range stands "on", a part of the map "in". */
export function homesOf(block: Block): string {
  const { oneOf, on, in: within } = w().block;
  return `${oneOf(block.homes)} ${/^\d/.test(block.label) ? on : within} ${block.label}`;
}

/** Not all of the clip can be played yet. Larger pictures may come later still: they keep nobody waiting. */
export const arrives = ({ media }: Post) => media?.state === "arriving" && !media.renditions.length;

export const mediaOf = (postId: string, file: string) => `/v1/media/${postId}/${file}`;
