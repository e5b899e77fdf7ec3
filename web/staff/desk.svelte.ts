// The analyst's desk as a thing of its own: which divisions are on, what is listed, unread and new.
import { SvelteSet } from "svelte/reactivity";
import { keep, kept } from "../shared/kept";
import { LivePosts } from "../shared/live.svelte";
import { go, under } from "../shared/route.svelte";
import type { Category, Division, Post } from "../shared/types";
import { Unread } from "./unread.svelte";

export class DeskState {
  readonly off: SvelteSet<string>;
  /** Arrived since this page was opened and not yet looked at: what the "3 new" line counts. */
  readonly fresh = new SvelteSet<string>();
  readonly unread = new Unread();
  category = $state<Category | null>(null);
  words = $state("");
  block = $state<string | null>(null);
  taken = $state.raw<{ id: string; kind: string } | null>(null);
  /** Last news of the open post where the list does not hold it. */
  news = $state.raw<Post | null>(null);
  readonly posts: LivePosts;

  constructor(
    readonly divisions: Division[],
    private readonly name: string,
  ) {
    this.off = new SvelteSet(kept<string[]>(`off.${name}`, []));
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

  /** Opens a post; stepping from one to the next leaves no trail in the browser's history. */
  select(id: string, replace = this.open !== null): void {
    this.taken = null;
    go(`/posts/${id}`, { replace });
  }

  /** The program entered my viewing: the post is read, here and at every other desk of mine. */
  viewed(id: string): void {
    this.unread.viewed(id);
    this.fresh.delete(id);
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

  #arrived(post: Post): void {
    if (this.taken?.id === post.id) this.taken = null; // restored while somebody looked at the note
    if (this.open === post.id) this.news = post;
    this.unread.add(post.id, post.division.id);
    if (this.unread.has(post.id)) this.fresh.add(post.id);
  }

  #gone(id: string, kind: string): void {
    this.unread.drop(id);
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
