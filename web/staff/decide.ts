// Saying a decision, and how to take it back.
import * as api from "../shared/api";
import type { Post } from "../shared/types";
import type { Decision, Verb } from "./types";

export const KEPT = "within_guidelines"; // what dismissing and restoring cite: nothing is broken

export async function decide(postId: string, verb: Verb, reason: string, note = ""): Promise<Post> {
  return (await api.post<{ post: Post }>(`/v1/posts/${postId}/decisions`, { verb, reason, note })).post;
}

export async function history(postId: string): Promise<Decision[]> {
  return (await api.get<{ items: Decision[] }>(`/v1/posts/${postId}/decisions`)).items;
}
