// The stages of the airlock as the four a resident cares for.
import type { Step } from "../../shared/types";
import { w } from "../../shared/words/words.svelte";
import { listed } from "../sending/blur";
import { moves, type Progress } from "../types";

/** What is being done now, in words: once it is on the screens, what is shown is the rest. */
export function stageOf({ state, stage, blur }: Progress): string {
  const words = w().resident.sent;
  if (stage === "encoding" && blur.length) return words.blurring(listed(blur));
  return state === "published" && stage === "publishing" ? words.rest : words.stage[stage];
}

/** `seen`: seconds until this page saw it published, for a program that does not tell. */
export function stepsOf(standing: Progress, seen?: number): Step[] {
  const { state, stage, progress, seconds, accepted_at } = standing;
  const words = w().resident.sent;
  // `seconds` are those from acceptance until a stage began.
  const after = (s: number | undefined) => (s === undefined ? undefined : words.after(s));
  const waited = Math.max(0, Math.round((Date.now() - Date.parse(accepted_at)) / 1000));
  const now = (name: string): Step => ({ name, state: "now", progress, note: `${stageOf(standing)} · ${waited}\u00a0s` });
  const later = (name: string): Step => ({ name, state: "later" });
  const done = (name: string, s?: number): Step => ({ name, state: "done", note: after(s) });

  const { received, removed, published, complete } = words;
  if (standing.waits_until) return [done(received), later(removed), later(published), later(complete)];
  if (state === "rejected" || state === "quarantined") {
    const shown = seconds?.publishing !== undefined;
    return [done(received), ...(shown ? [done(removed)] : []), { name: shown ? published : removed, state: "stopped" }, ...(shown ? [] : [later(published)])];
  }
  if (state === "published") {
    const all = moves(standing) ? now(complete) : done(complete, seconds?.done);
    return [done(received), done(removed, seconds?.publishing), done(published, seen ?? seconds?.publishing), all];
  }
  if (stage === "publishing") return [done(received), done(removed, seconds?.publishing), now(published), later(complete)];
  return [done(received), now(removed), later(published), later(complete)];
}
