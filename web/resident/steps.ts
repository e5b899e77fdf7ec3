// The seven stages of the airlock as the three a resident cares for.
import type { Step } from "../shared/types";
import { w } from "../shared/words/words.svelte";
import type { Progress, Stage } from "./types";

const inAirlock: Stage[] = ["checking", "encoding", "proving"];

export function stepsOf({ state, stage, progress, seconds, accepted_at }: Progress): Step[] {
  const words = w().resident.sent;
  const took = (stages: Stage[]) => stages.reduce((all, one) => all + (seconds?.[one] ?? 0), 0);
  const say = (s: number) => (s > 0 ? words.seconds(s) : undefined);
  const done = state === "published";
  const stopped = state === "rejected" || state === "quarantined";
  const publishing = stage === "publishing" && !done && !stopped;
  const waited = Math.max(0, (Date.now() - Date.parse(accepted_at)) / 1000);
  const now = (name: string): Step => ({ name, state: "now", progress, note: `${words.stage[stage]} · ${Math.round(waited)} s` });

  return [
    { name: words.received, state: "done", note: say(took(["received"])) },
    done || publishing
      ? { name: words.removed, state: "done", note: say(took(inAirlock)) }
      : stopped
        ? { name: words.removed, state: "stopped" }
        : now(words.removed),
    done
      ? { name: words.published, state: "done", note: say(took(["publishing"])) }
      : publishing
        ? now(words.published)
        : { name: words.published, state: "later" },
  ];
}
