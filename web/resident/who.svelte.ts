// Who is logged in here, as far as this page knows.
import * as api from "../shared/api";
import { go } from "../shared/route.svelte";
import { discard, nameLarger } from "./draft.svelte";
import type { Me } from "./types";

export const who = $state<{ me: Me | null; known: "asking" | "yes" | "no" | "error" }>({ me: null, known: "asking" });

api.whenLoggedOut(() => {
  who.me = null;
  who.known = "no";
});

export async function ask(): Promise<void> {
  who.known = "asking";
  try {
    who.me = await api.get<Me>("/v1/me");
    who.known = "yes";
  } catch (error) {
    who.known = error instanceof api.Refused && error.status === 401 ? "no" : "error";
  }
}

/** Logs out and forgets the draft: the next person at this device must not find it. */
export async function leave(): Promise<void> {
  await api.del("/v1/log-ins/current");
  nameLarger(false);
  await discard();
  who.me = null;
  who.known = "no";
  go("/");
}
