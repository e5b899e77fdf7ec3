// The analyst's desk as a thing of its own: which divisions are on, what is listed, unread and new.
import { SvelteSet } from "svelte/reactivity";
import { keep, kept } from "../shared/kept";
import { LivePosts } from "../shared/live.svelte";
import { go, under } from "../shared/route.svelte";
import type { Category, Division, Post } from "../shared/types";

const MOST_REMEMBERED = 2_000; // opened posts remembered on this device

export class DeskState {
  readonly off: SvelteSet<string>;
  readonly opened: SvelteSet<string>;
  /** Arrived since this page was opened and not yet looked at: what the "3 new" line counts. */
  readonly fresh = new SvelteSet<string>();
  /** Division of each unread post that is known of. */
  readonly unread = new SvelteSet<string>();
  category = $state<Category | null>(null);
  words = $state("");
  block = $state<string | null>(null);
  taken = $state.raw<{ id: string; kind: string } | null>(null);
  /** Last news of the open post where the list does not hold it. */
  news = $state.raw<Post | null>(null);
  readonly posts: LivePosts;
  #divisionOf = new Map<string, string>();

  constructor(
    readonly divisions: Division[],
    private readonly name: string,
  ) {
    this.off = new SvelteSet(kept<string[]>(`off.${name}`, []));
    this.opened = new SvelteSet(kept<string[]>(`opened.${name}`, []));
    this.posts = new LivePosts(this.#asking(), {
      arrived: (post) => this.#arrived(post),
      gone: (id, kind) => this.#gone(id, kind),
    });
  }

  get open(): string | null {
    return under("/posts/");
  }

  get shown(): Post[] {
    return this.block ? this.posts.items.filter(({ block }) => block.id === this.block) : this.posts.items;
  }

  unreadIn(division: string): number {
    let count = 0;
    for (const id of this.unread) if (this.#divisionOf.get(id) === division) count += 1;
    return count;
  }

  /** Opens a post; stepping from one to the next leaves no trail in the browser's history. */
  select(id: string, replace = this.open !== null): void {
    this.taken = null;
    go(`/posts/${id}`, { replace });
    this.read(id);
  }

  read(id: string): void {
    this.opened.add(id);
    this.unread.delete(id);
    this.fresh.delete(id);
    keep(`opened.${this.name}`, [...this.opened].slice(-MOST_REMEMBERED));
  }

  /** Opens the next post in the list, or the one before; `wanted` may pass some over. */
  step(by: 1 | -1, wanted: (post: Post) => boolean = () => true): void {
    const list = this.shown;
    const from = list.findIndex(({ id }) => id === this.open);
    for (let at = from < 0 && by < 0 ? list.length - 1 : from + by; list[at]; at += by) {
      if (wanted(list[at]!)) return this.select(list[at]!.id);
    }
  }

  nextUnread(): void {
    const first = this.shown.find(({ id }) => this.unread.has(id));
    if (first) this.select(first.id);
  }

  toggle(division: string): void {
    if (this.off.has(division)) this.off.delete(division);
    else this.off.add(division);
    keep(`off.${this.name}`, [...this.off]);
    this.ask();
  }

  ask(): void {
    this.posts.ask(this.#asking());
  }

  /** What was there before the first visit is not unread; what came since the last one is. */
  welcome(items: Post[]): void {
    const first = kept<string[] | null>(`opened.${this.name}`, null) === null;
    for (const { id, division } of items) {
      this.#divisionOf.set(id, division.id);
      if (first) this.opened.add(id);
      else if (!this.opened.has(id)) this.unread.add(id);
    }
    if (first && items.length) keep(`opened.${this.name}`, [...this.opened]);
  }

  #arrived(post: Post): void {
    this.#divisionOf.set(post.id, post.division.id);
    if (this.taken?.id === post.id) this.taken = null; // restored while somebody looked at the note
    if (this.open === post.id) this.news = post;
    if (this.opened.has(post.id)) return;
    this.unread.add(post.id);
    this.fresh.add(post.id);
  }

  #gone(id: string, kind: string): void {
    this.unread.delete(id);
    this.fresh.delete(id);
    if (this.open === id) this.taken = { id, kind };
  }

  #asking() {
    const { category } = this;
    const words = this.words.trim();
    const on = this.divisions.filter(({ id }) => !this.off.has(id)).map(({ id }) => id);
    const division = on.length === this.divisions.length ? null : on;
    return {
      path: "/v1/posts",
      // Naming no division would ask for all of them, so with none on nothing is asked.
      query: on.length ? { division, category, q: words || null } : null,
      wants: (post: Post) =>
        on.includes(post.division.id) &&
        (category === null || post.category === category) &&
        words.toLowerCase().split(/\s+/).every((word) => `${post.title} ${post.text}`.toLowerCase().includes(word)),
    };
  }
}
