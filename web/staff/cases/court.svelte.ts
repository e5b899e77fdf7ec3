// What a case is exported with: packages that are made and fetched, and frames that were chosen for the next one.
import * as api from "../../shared/api";
import { keep, kept } from "../../shared/kept";
import { proved } from "../../shared/proving.svelte";
import type { Post } from "../../shared/types";
import type { Incident } from "./casefile.svelte";

export type ExportState = "waiting" | "ready" | "failed" | "erased";
export type Package = {
  id: string;
  state: ExportState;
  asked_by: string;
  asked_at: string;
  share: number;
  bytes: number;
  sha256: string;
  until: string | null;
};
export type Still = { post_id: string; title: string; at_seconds: number };

export type Why = "same_time" | "same_hour" | "same_block" | "near" | "kind" | "words";
export type Suggestion = {
  post: Post | null;
  incident: Incident | null;
  like: string;
  reasons: { why: Why; minutes: number | null; metres: number | null; words: string[] }[];
};

/** Where a package is fetched. */
export const fileOf = (caseId: string, one: Package) => `/v1/cases/${caseId}/exports/${one.id}/file`;

const LOOK_MS = 2000;

/** Frames chosen on this device, by case: a page that is left keeps them. */
class Stills {
  #of = $state.raw<{ id: string; stills: Still[] }>({ id: "", stills: [] });

  of(caseId: string): Still[] {
    return this.#of.id === caseId ? this.#of.stills : kept<Still[]>(`stills.${caseId}`, []);
  }

  put(caseId: string, stills: Still[]): void {
    this.#of = { id: caseId, stills };
    keep(`stills.${caseId}`, stills.length ? stills : null);
  }
}
export const stills = new Stills();

/** A case's packages, asked about for as long as one is being made. */
export class Packages {
  items = $state.raw<Package[] | null>(null);
  fault = $state.raw<unknown>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  constructor(readonly caseId: string) {}

  get waits(): boolean {
    return this.items?.some((one) => one.state === "waiting") ?? false;
  }

  async read(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      this.#take(await api.get<{ items: Package[] }>(`/v1/cases/${this.caseId}/exports`));
    } catch (error) {
      this.fault = error;
    }
  }

  /** Asks for one; raises what the program refuses. */
  async ask(chosen: Still[], notes: boolean, passphrase: string | null): Promise<void> {
    const stills = chosen.map(({ post_id, at_seconds }) => ({ post_id, at_seconds }));
    const body = { stills, notes, contacts_passphrase: passphrase };
    this.#take(await proved(() => api.post<{ items: Package[] }>(`/v1/cases/${this.caseId}/exports`, body)));
  }

  stop(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  #take({ items }: { items: Package[] }): void {
    [this.items, this.fault] = [items, null];
    if (this.waits && !this.#over) this.#timer = setTimeout(() => void this.read(), LOOK_MS);
  }
}
