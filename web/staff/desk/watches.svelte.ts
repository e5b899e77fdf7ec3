// My saved watches, kept by the program: what is new of each, and the sound of one that a new post meets.
import * as api from "../../shared/api";
import { keep, kept } from "../../shared/kept";
import { problem } from "../../shared/problem";
import { tell } from "../../shared/toast.svelte";
import type { Post } from "../../shared/types";
import { w } from "../../shared/words/words.svelte";
import { wants, type Filter } from "./filter";
import { play, type Sound } from "./sounds";
import type { Unread } from "./unread.svelte";

export type NewWatch = { name: string; sound: Sound; filter: Filter };
/** `unread`: posts it means that were new when they were last looked for; which still are, `Unread` knows. */
export type Watch = NewWatch & { id: string; unread: string[] };
const UNDO_MS = 10_000;

export class Watches {
  items = $state.raw<Watch[]>([]);
  muted = $state(false);
  #came: Post[] = []; // while an answer was on its way that may not know of them
  #asked = 0;
  #reading = 0; // answers under way

  constructor(
    private readonly unread: Unread,
    private readonly name: string,
  ) {
    this.muted = kept(`muted.${name}`, false);
  }

  /** How many new posts a watch has. */
  count({ unread }: Watch): number {
    return unread.filter((id) => this.unread.has(id)).length;
  }

  refresh = async (): Promise<void> => {
    const asked = ++this.#asked;
    this.#reading += 1;
    try {
      const { items } = await api.get<{ items: Watch[] }>("/v1/watches");
      if (asked !== this.#asked) return;
      this.items = items;
      for (const post of this.#came) this.#sort(post);
    } catch {
      // What is known stays; the next look asks again.
    } finally {
      this.#reading -= 1;
      if (!this.#reading) this.#came = [];
    }
  };

  /** A post came or changed: it is new to the watches that mean it now, and to no other. One that came is heard. */
  seen(post: Post, kind: string): void {
    if (this.#reading) this.#came.push(post);
    this.#sort(post);
    if (kind !== "post.published" || this.muted) return;
    const loud = this.items.find(({ sound, filter }) => sound !== "none" && wants(filter, post));
    if (loud) void play(loud.sound);
  }

  mute(): void {
    this.muted = !this.muted;
    keep(`muted.${this.name}`, this.muted);
  }

  async save(watch: NewWatch, id?: string): Promise<void> {
    const said = { name: watch.name, sound: watch.sound, filter: watch.filter };
    const saved = await (id ? api.put<Watch>(`/v1/watches/${id}`, said) : api.post<Watch>("/v1/watches", said));
    this.items = id ? this.items.map((one) => (one.id === id ? saved : one)) : [...this.items, saved];
  }

  /** Deletes a watch; for a moment it can be had back. */
  async remove(watch: Watch): Promise<void> {
    try {
      await api.del(`/v1/watches/${watch.id}`);
    } catch (error) {
      return tell(problem(error));
    }
    this.items = this.items.filter(({ id }) => id !== watch.id);
    const undo = () => void this.save(watch).then(this.refresh, (error) => tell(problem(error)));
    tell(w().staff.watch.removed(watch.name), { undo, ms: UNDO_MS });
  }

  #sort(post: Post): void {
    this.items = this.items.map((watch) => {
      const others = watch.unread.filter((id) => id !== post.id);
      return { ...watch, unread: wants(watch.filter, post) ? [post.id, ...others] : others };
    });
  }
}
