// Names in words that are about to be sent: asked about once, answered and taken out on this page.
import { tick } from "svelte";
import * as api from "./api";
import { stillAsked, unasked, without, type Answer, type Asked, type NameSeen } from "./names";

export class NamesFirst {
  asked = $state.raw<Asked[]>([]);
  #told = $state.raw<string[]>([]); // names that were asked about: sending again sends

  /** Whether something is to be answered before `typed` is sent; then `questions` are shown, and have the focus. */
  async hold(typed: string, questions: { focus: () => void } | undefined): Promise<boolean> {
    const text = this.without(typed);
    if (!text) return false;
    const { names } = await api.post<{ names: NameSeen[] }>("/v1/names", { text });
    this.asked = stillAsked(this.asked, names, typed);
    if (!unasked(this.asked, this.#told).length) return false;
    this.#told = this.asked.map((one) => one.text);
    await tick();
    questions?.focus();
    return true;
  }

  /** Whether its author was asked and sent it back unanswered, or is asked now. */
  get held() {
    return this.#told.length > 0;
  }

  /** The words as they would be sent. */
  without(typed: string): string {
    return without(typed, this.asked).trim();
  }

  /** Those that still stand in the words. */
  standing(typed: string): Asked[] {
    return this.asked.filter((one) => typed.includes(one.text));
  }

  answer = (name: string, given: Answer | null) => {
    this.asked = this.asked.map((one) => (one.text === name ? { text: name, answer: given } : one));
  };

  clear() {
    [this.asked, this.#told] = [[], []];
  }
}
