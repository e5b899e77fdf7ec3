// Who is logged in at this desk, and which pages their roles open.
import * as api from "../shared/api";
import { flagsAreOf } from "../shared/flags";
import { forgetTab } from "../shared/kept";
import { go } from "../shared/route.svelte";
import type { Language } from "../shared/words/words.svelte";
import { forget, watch } from "./lock.svelte";
import type { Division } from "../shared/types";
import type { Me, Role } from "./types";

export const who = $state<{ me: Me | null; known: "asking" | "yes" | "no" | "none" | "error" }>({ me: null, known: "asking" });

api.whenLoggedOut(() => {
  who.me = null;
  who.known = "no";
  forget();
});

export async function ask(): Promise<void> {
  if (who.known === "error" || who.known === "none") who.known = "asking";
  try {
    who.me = await api.get<Me>("/v1/me");
    flagsAreOf(who.me.name);
    watch(who.me.lock_after);
    who.known = "yes";
  } catch (error) {
    if (error instanceof api.Refused && error.code === "locked") return; // the page is covered; who it is, is asked after
    if (error instanceof api.Refused && error.status === 401) who.known = "no";
    else if (error instanceof api.Refused && error.status === 403) who.known = "none"; // the last role was taken back
    else if (who.known !== "yes") who.known = "error"; // asked again, whoever was known stays so
  }
}

/** Logs out; with `back`, whoever logs in again finds the same page. */
export async function leave({ back = false } = {}): Promise<void> {
  await api.del("/v1/log-ins/current");
  forget();
  who.me = null;
  who.known = "no";
  if (back) return;
  forgetTab();
  go("/");
}

/** Mails to me are written in this language from now on. */
export const writeTo = (language: Language) => api.put("/v1/me/language", { language });

export const holds = (...roles: Role[]) => who.me?.roles.some(({ role }) => roles.includes(role)) ?? false;
export const seesPosts = () => holds("analyst", "detective", "moderator", "lead");

/** The divisions in which one holds a role: one without a division is for the whole city. */
export function divisionsAs(wanted: Role): Division[] {
  const mine = who.me?.roles.filter(({ role }) => role === wanted) ?? [];
  const city = mine.some(({ division }) => division === null);
  return (who.me?.divisions ?? []).filter(({ id }) => city || mine.some(({ division }) => division?.id === id));
}

export const leads = () => divisionsAs("lead");
