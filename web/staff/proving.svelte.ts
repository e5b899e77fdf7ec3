// What takes a fresh second factor asks for it, and goes on by itself once it was shown.
import * as api from "../shared/api";

export const proving = $state<{ done: ((shown: boolean) => void) | null }>({ done: null });

/** Does it; where the program wants a second factor first, the page asks, and it is done then. */
export async function proved<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof api.Refused && error.code === "prove_again")) throw error;
    const shown = await new Promise<boolean>((done) => (proving.done = done));
    proving.done = null;
    if (!shown) throw error;
    return await act();
  }
}
