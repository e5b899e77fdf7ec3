// Who is logged in here, as far as this page knows.
import * as api from "../shared/api";
import { flagsAreOf } from "../shared/flags";
import { forgetAll } from "../shared/kept";
import { go } from "../shared/route.svelte";
import { nameLarger } from "./sending/draft.svelte";
import { addAnew, turnOff } from "./alerts/device.svelte";
import type { Me } from "./types";
import { forgetBegun, keepOnlyOf } from "./whose";

export const who = $state<{ me: Me | null; known: "asking" | "yes" | "no" | "error"; left: boolean }>({ me: null, known: "asking", left: false });

api.whenLoggedOut(() => {
  who.me = null;
  who.known = "no";
});

export async function ask(): Promise<void> {
  if (who.known === "error") who.known = "asking";
  try {
    const me = await api.get<Me>("/v1/me");
    keepOnlyOf(me.whose);
    flagsAreOf(me.whose);
    who.me = me;
    if (who.known !== "yes") void addAnew().catch(() => {}); // seen, and mended, on the page of alerts
    who.known = "yes";
  } catch (error) {
    if (error instanceof api.Refused && error.status === 401) who.known = "no";
    else if (who.known !== "yes") who.known = "error"; // asked again, whoever was known stays so
  }
}

/** Logs out and forgets the draft: the next person at this device must not find it. */
export async function leave(): Promise<void> {
  await turnOff().catch(() => {}); // the log-in takes it along in any case
  await api.del("/v1/log-ins/current");
  await forget("loggedOut");
}

/** Whoever was here is here no longer, and has left nothing on this device. */
export async function forget(why: "loggedOut" | "left"): Promise<void> {
  who.left = why === "left";
  if (who.left) forgetAll();
  nameLarger(false);
  forgetBegun();
  who.me = null;
  who.known = "no";
  go("/");
}
