// Requests for footage of one case: what was asked, what owners answered, and the one that is being written.
import * as api from "../../shared/api";
import { keep, kept } from "../../shared/kept";
import { problem } from "../../shared/problem";
import type { Reads } from "../../shared/types";
import { w } from "../../shared/words/words.svelte";
import type { CaseInFull } from "../cases/casefile.svelte";
import { who } from "../who.svelte";

export const askKinds = ["burglary", "robbery", "theft", "vehicle", "assault", "shooting", "homicide", "collision", "missing", "vandalism", "arson", "other"] as const;
export type AskKind = (typeof askKinds)[number];
export type AskState = "waiting" | "sent" | "refused" | "resolved" | "recalled";
export type AskAct = "approve" | "refuse" | "resolve";
export type Answer = {
  id: string;
  kind: "shared" | "nothing" | "ask_me" | "no";
  shown_at: string;
  post_id: string | null;
  block: { id: string; label: string } | null;
  happened_at: string | null;
  contact: boolean;
  opened_at: string | null;
};
/** What a request comes to with what others asked; told to a lead of the division. */
export type Among = {
  square_miles: number;
  minutes: number;
  items: { case_number: string; kind: AskKind; by: string; blocks: string[]; window_from: string; window_to: string }[];
};
export type Ask = {
  id: string;
  kind: AskKind;
  case_number: string;
  text: string;
  blocks: string[];
  window_from: string;
  window_to: string;
  state: AskState;
  by: string;
  asked_at: string;
  approved_by: string | null;
  sent_at: string | null;
  resolved_at: string | null;
  ends_at: string | null;
  next_at: string | null;
  /** Why moderators took it back. */
  recalled: { reason: string; guidelines: number } | null;
  may: AskAct[];
  lead: boolean;
  among: Among | null;
  answers: Answer[];
};
type Said = { en: string; es: string };
export type Preview = {
  blocks: number;
  square_miles: number;
  minutes: number;
  square_miles_together: number;
  minutes_together: number;
  second_person: boolean;
  lead: boolean;
  faults: string[];
  broken: { id: string; title: Said; hint: Said }[];
  number_ok: boolean;
  reads: Reads;
};

export const MOST_BLOCKS = 400; // as many as one request carries: half a square mile where homes are dense has fewer
export const MOST_LETTERS = 600;
const QUARTER = 900_000;

/** What is written so far; times as the browser's own fields hold them, in the time of this machine. */
export type Draft = { blocks: string[]; from: string; to: string; kind: AskKind; number: string; text: string };

/** Where this tab keeps the draft of a case: who has to log in again, or loads the page anew, finds what they wrote. */
export const draftAt = (caseId: string) => `asking.${who.me?.name}.${caseId}`;

/** The draft of a case, begun with what its incident says. */
export function draftOf(shown: CaseInFull): Draft {
  const known = kept<Draft | null>(draftAt(shown.id), null, "tab");
  if (known) return known;
  const happened = Math.floor(new Date(shown.incident.happened_at).getTime() / QUARTER) * QUARTER;
  const last = Math.floor(Date.now() / QUARTER) * QUARTER;
  const to = Math.min(happened + 4 * QUARTER, last);
  const type = shown.incident.type.toLowerCase();
  const kind = askKinds.find((one) => type.includes(one)) ?? "other";
  return { blocks: [], from: field(Math.min(happened - 2 * QUARTER, to - QUARTER)), to: field(to, 1), kind, number: shown.number, text: "" };
}

/** The draft of a case is about these blocks from now on; what else is written stays. */
export const askAbout = (shown: CaseInFull, blocks: string[]) => keepDraft(draftAt(shown.id), { ...draftOf(shown), blocks });

export const keepDraft = (at: string, draft: Draft) => keep(at, draft, "tab");
export const dropDraft = (at: string) => keep(at, null, "tab");

/**
 * A moment as an input of the browser writes it. When clocks are put back an hour is written like the one before and
 * read as that: an end (`later` 1) is then put an hour on, so that the hours never stop before what happened.
 */
function field(at: number, later: 0 | 1 = 0): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  return later && new Date(local).getTime() < at ? field(at + 4 * QUARTER) : local;
}

/** The draft as it is sent; null while a time is missing. */
export function bodyOf(draft: Draft): Record<string, unknown> | null {
  const [from, to] = [new Date(draft.from), new Date(draft.to)];
  if (Number.isNaN(from.getTime()) || Number.isNaN(to.getTime())) return null;
  return { blocks: draft.blocks, window_from: from.toISOString(), window_to: to.toISOString(), kind: draft.kind, case_number: draft.number, text: draft.text };
}

/** A refusal in words. */
export const askProblem = (error: unknown) => problem(error, { ...w().staff.cases.codes, ...w().staff.cases.footage.codes, ...w().staff.cases.footage.faults });

export class Asks {
  items = $state.raw<Ask[] | null>(null);
  /** Of those that wait for my word, the one that waits longest: it alone is amber. */
  nextToJudge = $derived(this.items?.findLast(({ may }) => may.includes("approve")) ?? null);
  fault = $state<string | null>(null);

  constructor(readonly caseId: string) {}

  async read(): Promise<void> {
    this.fault = null;
    try {
      this.items = (await api.get<{ items: Ask[] }>(`/v1/cases/${this.caseId}/requests`)).items;
    } catch (error) {
      this.fault = askProblem(error);
    }
  }

  preview = (body: unknown) => api.post<Preview>(`/v1/cases/${this.caseId}/requests/previews`, body);

  async send(body: unknown): Promise<Ask> {
    this.items = (await api.post<{ items: Ask[] }>(`/v1/cases/${this.caseId}/requests`, body)).items;
    return this.items[0]!;
  }

  async act(id: string, act: AskAct, why: string): Promise<void> {
    this.items = (await api.post<{ items: Ask[] }>(`/v1/requests/${id}/${act}`, { why })).items;
  }

  async contact(answerId: string): Promise<string> {
    return (await api.post<{ contact: string }>(`/v1/cases/${this.caseId}/answers/${answerId}/contact`)).contact;
  }
}
