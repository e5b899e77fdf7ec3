// Saying a decision, about one or several, and how to take it back; and who works on what.
import * as api from "../shared/api";
import type { Claim, Decided, Decision, Outcome, Verb, Waiting } from "./types";
import type { FlagReason } from "../shared/types";

export const KEPT = "within_guidelines"; // what keeping and restoring cite: nothing is broken

export const decide = (postId: string, verb: Verb, reason: string, note = "") =>
  api.post<Decided>(`/v1/posts/${postId}/decisions`, { verb, reason, note });

export const decideSeveral = async (postIds: string[], verb: Verb, reason: string, note = "") =>
  (await api.post<{ items: Outcome[] }>("/v1/moderation/decisions", { post_ids: postIds, verb, reason, note })).items;

export const undo = (postId: string) => api.del<Decided>(`/v1/posts/${postId}/decisions/last`);

export const claim = (postId: string) => api.put<Claim>(`/v1/posts/${postId}/claim`, {});

/** Also when the page goes away: the line may then be cut before an answer comes. */
export async function release(postId: string): Promise<void> {
  await fetch(`/v1/posts/${postId}/claim`, { method: "DELETE", keepalive: true }).catch(() => {}); // else it ends by itself
}

export async function history(postId: string): Promise<Decision[]> {
  return (await api.get<{ items: Decision[] }>(`/v1/posts/${postId}/decisions`)).items;
}

/** What can be decided about something, each with its key; the first one leaves it as it is. */
export function verbsOf({ post, proposed }: Waiting): [Verb, string][] {
  if (post.state === "live") return [["dismiss", "d"], ["hold", "o"], ["hide", "h"], ["remove", "x"]];
  if (post.state === "held") return [["restore", "d"], ["hide", "h"], ["remove", "x"]];
  const back: [Verb, string][] = proposed?.mine ? [] : [["restore", "r"]];
  return [["dismiss", "d"], ...back, ...(post.state === "hidden" ? ([["remove", "x"]] as [Verb, string][]) : [])];
}

/** Nobody else has it, and it is not about my own decision. */
export const mayDecide = ({ claim, appeal }: Waiting) => !(claim && !claim.mine) && !appeal?.mine;

/** It waits for me, and not for somebody else to agree with me. */
export const isFree = (one: Waiting) => mayDecide(one) && !one.proposed?.mine;

/** What most flags say is only where the eye starts; the moderator chooses. */
export const firstReason = ({ reasons }: Waiting): FlagReason => reasons[0]?.reason ?? "other";
