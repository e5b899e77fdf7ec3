// What may be done only by who has just logged in: done at once, or after they proved it once more.
import * as api from "../../shared/api";

type Waiting = { go: () => void; giveUp: () => void };
export const proving = $state<{ waiting: Waiting | null }>({ waiting: null });

/** The person closed the question. */
export class NotProved extends Error {}

/** Does it; where that is too long ago, the page asks for a new log-in and does it then. */
export async function proved<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof api.Refused && error.code === "log_in_anew")) throw error;
  }
  await new Promise<void>((go, stop) => (proving.waiting = { go, giveUp: () => stop(new NotProved()) }));
  return await act();
}
