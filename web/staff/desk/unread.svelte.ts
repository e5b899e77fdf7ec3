// What is new to me, kept by the program: another desk shows the same.
import * as api from "../../shared/api";
import { tell } from "../../shared/toast.svelte";
import { w } from "../../shared/words/words.svelte";

type UnreadPost = { id: string; division_id: string };
const UNDO_MS = 6_000;
const SOON_MS = 1_000; // changes come in groups

export class Unread {
  /** Newest first. */
  #items = $state.raw<UnreadPost[]>([]);
  readonly #ids = $derived(new Set(this.#items.map(({ id }) => id)));
  readonly #viewed = new Set<string>();
  #came: UnreadPost[] = []; // while an answer was on its way that may not know of them
  #asked = 0;
  #soon: ReturnType<typeof setTimeout> | undefined;

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  countIn(division: string): number {
    return this.#items.filter(({ division_id }) => division_id === division).length;
  }

  get any(): boolean {
    return this.#items.length > 0;
  }

  /** Asks what is unread by now: at the start, and whenever somebody comes back to this window. */
  refresh = async (): Promise<void> => {
    const asked = ++this.#asked;
    this.#came = [];
    try {
      const { items } = await api.get<{ items: UnreadPost[] }>("/v1/unread");
      if (asked === this.#asked) this.#lay([...this.#came, ...items]);
    } catch {
      // What is known stays; the state of the line is said elsewhere, and the next look asks again.
    }
  };

  add(id: string, division_id: string): void {
    this.#came = [{ id, division_id }, ...this.#came];
    this.#lay([{ id, division_id }, ...this.#items]);
  }

  /** Asks soon whether a post that is not known to be unread is. */
  ask(id: string): void {
    if (this.has(id) || this.#viewed.has(id)) return;
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => void this.refresh(), SOON_MS);
  }

  drop(id: string): void {
    this.#came = this.#came.filter((one) => one.id !== id);
    this.#items = this.#items.filter((one) => one.id !== id);
  }

  viewed(id: string): void {
    this.#viewed.add(id);
    this.drop(id);
  }

  /** Marks all as read that is known of; for a moment it can be taken back, and only then the program hears of it. */
  readAll(): void {
    const before = this.#items;
    const newest = before[0];
    if (!newest) return;
    this.#items = [];
    const timer = setTimeout(() => void api.del(`/v1/unread/${newest.id}`).catch(this.refresh), UNDO_MS);
    const undo = () => {
      clearTimeout(timer);
      this.#lay([...this.#items, ...before]);
    };
    tell(w().staff.desk.allRead(before.length), { undo, ms: UNDO_MS });
  }

  /** Each once, and none that was viewed since the program was asked. */
  #lay(items: UnreadPost[]): void {
    const known = new Set(this.#viewed);
    this.#items = items.filter(({ id }) => !known.has(id) && known.add(id));
  }
}
