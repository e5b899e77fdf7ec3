// Whose unfinished things this device keeps: another person who logs in here finds none of them.
import { keep, kept } from "../shared/kept";
import { forgetUnsent } from "../shared/unsent.svelte";
import { forgetSent } from "./mine/sent";
import { discard } from "./sending/draft.svelte";

const KEPT = "whose"; // as the program calls the account towards its own browsers
let whose = kept<string | null>(KEPT, null);

/** Somebody is here: what was begun stays if it was they who began it, also over a log-in that ended. */
export function keepOnlyOf(now: string): void {
  if (whose === now) return;
  forgetBegun();
  keep(KEPT, (whose = now));
}

/** Nobody is here any more, and nothing that was begun is. */
export function forgetBegun(): void {
  forgetUnsent();
  forgetSent();
  void discard();
  keep(KEPT, (whose = null));
}

/** All tabs are one person's: where another tab changes who that is, this one begins anew. */
export function followOtherTabs(): void {
  addEventListener("storage", ({ key, newValue, oldValue }) => {
    if (key === `porchlight.${KEPT}` && newValue !== oldValue) location.reload();
  });
}
