// What is asked of me, as the program last told it. Each kind has its own page under /inbox/<kind>/<id>.
import * as api from "../../shared/api";
import { problem } from "../../shared/problem";

export type Kind = "request" | "question" | "notice";
export type Line = { kind: Kind; id: string; about: string; ends_at: string; waits: boolean };

export const inbox = $state<{ items: Line[] | null; fault: string | null }>({ items: null, fault: null });

export async function readInbox(): Promise<void> {
  try {
    inbox.items = (await api.get<{ items: Line[] }>("/v1/inbox")).items;
    inbox.fault = null;
  } catch (error) {
    inbox.fault = problem(error);
  }
}
