// What a case said to the unknown authors of posts, and what they answered in batches that are over.
import * as api from "../shared/api";
import type { Said } from "../shared/guidelines";

export type Answer = { name: string; text: string; at: string };
export type Letter = { id: string; kind: "question" | "helped"; text: string; by: string; at: string; sent: boolean; answer: Answer | null };
export type Thread = { post_id: string; items: Letter[]; again_at: string | null; ends_at: string | null };
export type QuestionRules = { version: number; rules: { id: string; title: Said; hint: Said }[]; listed: { id: string; text: Said }[] };

let asked: Promise<QuestionRules> | undefined;

/** By which rules something is asked; read once, as long as it came. */
export function questionRules(): Promise<QuestionRules> {
  asked ??= api.get<QuestionRules>("/v1/questions/guidelines").catch((error) => {
    asked = undefined;
    throw error;
  });
  return asked;
}

export const threadsOf = async (caseId: string) => (await api.get<{ items: Thread[] }>(`/v1/cases/${caseId}/questions`)).items;

export const askAuthor = async (caseId: string, postId: string, text: string) =>
  (await api.post<{ items: Thread[] }>(`/v1/cases/${caseId}/questions`, { post_id: postId, text })).items;

export const sayHelped = async (caseId: string, postId: string) =>
  (await api.post<{ items: Thread[] }>(`/v1/cases/${caseId}/helped`, { post_id: postId })).items;
