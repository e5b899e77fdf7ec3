// What I am alerted of, as the program last told it, and what can be said anew.
import * as api from "../../shared/api";
import { problem } from "../../shared/problem";
import type { Block, Category } from "../../shared/types";
import { language } from "../../shared/words/words.svelte";

export type Reach = "block" | "around";
export type Wanted = {
  wishes: Partial<Record<Category, Reach>>;
  mail: boolean;
  quiet: { begins: string; until: string } | null;
  digest_at: string | null;
};
export type Alerts = Wanted & {
  block: Block | null;
  around: number;
  time_zone: string;
  push_key: string | null;
  devices: string[];
};

export const alerts = $state<{ now: Alerts | null; fault: string | null }>({ now: null, fault: null });

export async function read(): Promise<void> {
  try {
    alerts.now = await api.get<Alerts>("/v1/alerts");
    alerts.fault = null;
  } catch (error) {
    alerts.fault = problem(error);
  }
}

/** Alerts are written in the language that this page speaks. */
export async function save({ wishes, mail, quiet, digest_at }: Wanted): Promise<void> {
  alerts.now = await api.put<Alerts>("/v1/alerts", { wishes, mail, quiet, digest_at, language: language.code });
}
