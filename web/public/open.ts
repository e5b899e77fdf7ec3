// What the public program answers.
import type { Division, RequestTold } from "../shared/types";

/** Rounded; null is few or none. Without a division: of posts that were taken back or ended since. */
export type Told = { division: string | null; kind: string; told: number | null };
export type Transparency = {
  months: { month: string; counts: Told[] }[];
  divisions: Division[];
  kinds: string[];
  least: number;
  rounded_to: number;
  kept: { what: string; hours: number }[];
  never: string[];
};
export type Head = { day: string; hash: string; key: string; signature: string };
export type Asked = RequestTold & { division: string };
