// The stages of the airlock as the three a resident cares for.
import type { Step } from "../shared/types";
import { w } from "../shared/words/words.svelte";
import type { Progress } from "./types";

/** `seen`: seconds until this page saw it published, for a program that does not tell. */
export function stepsOf({ state, stage, progress, seconds, accepted_at }: Progress, seen?: number): Step[] {
  const words = w().resident.sent;
  // `seconds` are those from acceptance until a stage began.
  const after = (s: number | undefined) => (s === undefined ? undefined : words.after(s));
  const done = state === "published";
  const stopped = state === "rejected" || state === "quarantined";
  const publishing = stage === "publishing" && !done && !stopped;
  const waited = Math.max(0, Math.round((Date.now() - Date.parse(accepted_at)) / 1000));
  const now = (name: string): Step => ({ name, state: "now", progress, note: `${words.stage[stage]} · ${waited} s` });

  return [
    { name: words.received, state: "done" },
    done || publishing
      ? { name: words.removed, state: "done", note: after(seconds?.publishing) }
      : stopped
        ? { name: words.removed, state: "stopped" }
        : now(words.removed),
    done
      ? { name: words.published, state: "done", note: after(seconds?.done ?? seen) }
      : publishing
        ? now(words.published)
        : { name: words.published, state: "later" },
  ];
}
