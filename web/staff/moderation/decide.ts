// Saying a decision, about one or several, and how to take it back; and who works on what.
import * as api from "../../shared/api";
import type { QuestionRules } from "../threads.svelte";
import type { Claim, Decided, Decision, Item, Outcome, RequestVerb, Suspension, Verb, Waiting } from "../types";

export const UNDO_MS = 60_000;
export const KEPT = "within_guidelines"; // what keeping and restoring cite: nothing is broken

export const decide = (postId: string, verb: Verb, reason: string, note = "") =>
  api.post<Decided>(`/v1/posts/${postId}/decisions`, { verb, reason, note });

export const decideSeveral = async (postIds: string[], verb: Verb, reason: string, note = "") =>
  (await api.post<{ items: Outcome[] }>("/v1/moderation/decisions", { post_ids: postIds, verb, reason, note })).items;

/** Asks whoever sent a post: one of those listed, or in words of one's own. */
export const ask = (postId: string, question: { reason: string; listed?: string; text?: string; hold: boolean }) =>
  api.post<Decided>(`/v1/posts/${postId}/asks`, question);

let questions: Promise<QuestionRules> | undefined;

/** What authors are asked most, and by which rules one asks in words of one's own. */
export function questionRules(): Promise<QuestionRules> {
  questions ??= api.get<QuestionRules>("/v1/moderation/questions").catch((error) => {
    questions = undefined;
    throw error;
  });
  return questions;
}

export const undo = (postId: string) => api.del<Decided>(`/v1/posts/${postId}/decisions/last`);

export const judgeRequest = (id: string, verb: RequestVerb, reason: string, note: string) => api.post(`/v1/requests/${id}/decisions`, { verb, reason, note });

export const undoRequest = (id: string) => api.del(`/v1/requests/${id}/decisions/last`);

export const judgeComment = (id: string, verb: "keep" | "remove", reason: string) => api.post(`/v1/comments/${id}/decisions`, { verb, reason });

export const undoComment = (id: string) => api.del(`/v1/comments/${id}/decisions/last`);

const claimOf = ({ id, about }: Item) => `/v1/${about}s/${id}/claim`;

export const claim = (one: Item) => api.put<Claim>(claimOf(one), {});

/** Also when the page goes away: the line may then be cut before an answer comes. */
export async function release(one: Item): Promise<void> {
  await fetch(claimOf(one), { method: "DELETE", keepalive: true }).catch(() => {}); // else it ends by itself
}

export const history = (postId: string) => api.get<{ items: Decision[]; suspension: Suspension | null }>(`/v1/posts/${postId}/decisions`);

/** What can be decided about something, each with its key; the first one leaves it as it is. */
export function verbsOf({ post, proposed, to_suspend }: Waiting): [Verb, string][] {
  if (post.state === "live") return [["dismiss", "d"], ["warn", "w"], ["hold", "o"], ["hide", "h"], ["remove", "x"]];
  if (post.state === "held") return [["restore", "d"], ["hide", "h"], ["remove", "x"]];
  const back: [Verb, string][] = proposed?.mine ? [] : [["restore", "r"]];
  const agree: [Verb, string][] = to_suspend && !to_suspend.mine ? [["suspend", "u"]] : [];
  return [["dismiss", "d"], ...back, ...(post.state === "hidden" ? ([["remove", "x"]] as [Verb, string][]) : []), ...agree];
}

/** Nobody else has it, and it is not about my own decision. */
export const mayDecide = ({ claim, appeal }: Waiting) => !(claim && !claim.mine) && !appeal?.mine;

/** It waits for me, and not for somebody else to agree with me. */
export const isFree = (one: Item) => (one.about === "request" ? !(one.claim && !one.claim.mine) : mayDecide(one) && !one.proposed?.mine && !one.to_suspend?.mine);

/** What is proposed, or most flags say, is only where the eye starts; the moderator chooses. */
export const firstReason = ({ reasons, to_suspend }: Waiting): string => to_suspend?.reason ?? reasons[0]?.reason ?? "other";
