// What may be done only by who has just proved who they are: done at once, or once they proved it again.
import * as api from "./api";

const ASKED = ["log_in_anew", "prove_again"]; // by the residents' program, by the staff's

/** The question that is open, and whom to tell how it ended. */
export const proving = $state<{ done: ((shown: boolean) => void) | null }>({ done: null });

/** Whether that is why something was not done. */
export const unproved = (error: unknown) => error instanceof api.Refused && ASKED.includes(error.code);

/** Does it; where a proof is wanted first, the page asks, and it is done then. Who closes the question has the refusal. */
export async function proved<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!unproved(error)) throw error;
    const shown = await new Promise<boolean>((done) => (proving.done = done));
    proving.done = null;
    if (!shown) throw error;
    return await act();
  }
}
