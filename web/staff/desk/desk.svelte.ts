// The analyst's desk as a thing of its own: what it is narrowed to, what is listed, unread and new.
import { SvelteSet } from "svelte/reactivity";
import type { Pen } from "../../shared/drawnmap";
import { keep, kept } from "../../shared/kept";
import { areaOf, cellsOf, withoutLarger, type Larger } from "../../shared/larger";
import { LivePosts } from "../../shared/live.svelte";
import { go, under } from "../../shared/route.svelte";
import { tell } from "../../shared/toast.svelte";
import type { Category, Division, Post } from "../../shared/types";
import { w } from "../../shared/words/words.svelte";
import { EVERYTHING, mended, MOST_BLOCKS, narrowing, query, wants, type Filter } from "./filter";
import { Unread } from "./unread.svelte";
import { Watches, type Watch } from "./watches.svelte";

const UNDO_MS = 10_000;

export class DeskState {
  /** Arrived since this page was opened and not yet looked at: what the "3 new" line counts. */
  readonly fresh = new SvelteSet<string>();
  readonly unread = new Unread();
  readonly watches: Watches;
  filter = $state<Filter>(EVERYTHING);
  /** What the pointer draws on the map just now, and whether blocks are picked from the list. */
  pen = $state<Pen | null>(null);
  picking = $state(false);
  /** The larger blocks of the divisions on the map. */
  larger = $state.raw<Larger[]>([]);
  /** On a phone: the map stands where the list is. */
  mapping = $state(false);
  taken = $state.raw<{ id: string; kind: string } | null>(null);
  /** Last news of the open post where the list does not hold it. */
  news = $state.raw<Post | null>(null);
  readonly posts: LivePosts;

  constructor(
    readonly divisions: Division[],
    private readonly name: string,
  ) {
    this.filter = mended(kept<Partial<Filter>>(`filter.${name}`, {}), this.#mine);
    this.watches = new Watches(this.unread, name);
    this.posts = new LivePosts(this.#asking(), {
      seen: (post, kind) => this.watches.seen(post, kind),
      arrived: (post, kind) => this.#arrived(post, kind),
      left: (post) => this.#left(post),
      gone: (id, kind) => this.#gone(id, kind),
    });
  }

  get open(): string | null {
    return under("/posts/");
  }

  get isNarrowed(): boolean {
    return narrowing(this.filter).length > 0;
  }

  isOn(division: string): boolean {
    return this.filter.divisions?.includes(division) ?? true;
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
    const list = this.posts.items;
    const from = list.findIndex(({ id }) => id === this.open);
    for (let at = from < 0 && by < 0 ? list.length - 1 : from + by; list[at]; at += by) {
      if (wanted(list[at]!)) return this.select(list[at]!.id);
    }
  }

  nextUnread(): void {
    const first = this.posts.items.find(({ id }) => this.unread.has(id));
    if (first) this.select(first.id);
  }

  toggle(division: string): void {
    const on = this.#mine.filter((id) => this.isOn(id) !== (id === division));
    this.narrow({ divisions: on.length === this.#mine.length ? null : on });
  }

  toggleCategory(category: Category): void {
    const others = this.filter.categories?.filter((one) => one !== category) ?? [];
    const chosen = this.filter.categories?.includes(category) ? others : [...others, category];
    this.narrow({ categories: chosen.length ? chosen : null });
  }

  /** The blocks of the map in the area of a filter. */
  cellsIn(filter: Filter): string[] {
    return withoutLarger(filter.blocks ?? [], this.larger);
  }

  /** Puts a block into the area, or takes it out; a larger one with all of its blocks. */
  toggleBlock(block: string): void {
    const [meant, now] = [cellsOf(block, this.larger), this.cellsIn(this.filter)];
    const others = now.filter((one) => !meant.includes(one));
    this.narrowTo(meant.every((one) => now.includes(one)) ? others : [...others, ...meant]);
  }

  /** Narrows to the blocks of an area, and to the larger ones a post from there may name; none is anywhere. */
  narrowTo(cells: string[]): void {
    const area = areaOf(cells, this.larger);
    if (area.length > MOST_BLOCKS) tell(w().staff.filter.tooMany(area.length, MOST_BLOCKS));
    else this.narrow({ blocks: area.length ? area : null });
  }

  narrow(change: Partial<Filter>): void {
    this.filter = { ...this.filter, ...change };
    this.ask();
  }

  /** Opens a watch: the desk is narrowed to it; once more, and it is not. */
  look(watch: Watch): void {
    if (this.isLookingAt(watch)) return this.clear();
    this.narrow(mended(watch.filter, this.#mine));
    if (this.open) go("/desk");
  }

  isLookingAt(watch: Watch): boolean {
    return this.isNarrowed && JSON.stringify(this.filter) === JSON.stringify(mended(watch.filter, this.#mine));
  }

  clear(): void {
    const before = this.filter;
    if (!this.isNarrowed) return;
    this.narrow(EVERYTHING);
    tell(w().staff.filter.cleared, { undo: () => this.narrow(before), ms: UNDO_MS });
  }

  /** Reads the list anew; a reload of the page finds the same filter. */
  ask(): void {
    keep(`filter.${this.name}`, this.filter);
    this.posts.ask(this.#asking());
  }

  get #mine(): string[] {
    return this.divisions.map(({ id }) => id);
  }

  #arrived(post: Post, kind: string): void {
    if (this.taken?.id === post.id) this.taken = null; // restored while somebody looked at the note
    if (this.open === post.id) this.news = post;
    if (kind === "post.published") this.unread.add(post.id, post.division.id);
    else this.unread.ask(post.id); // outside the list nobody here knows whether it was read: it may be restored
    if (this.unread.has(post.id)) this.fresh.add(post.id);
  }

  #gone(id: string, kind: string): void {
    this.unread.drop(id);
    this.fresh.delete(id);
    if (this.open === id) this.taken = { id, kind };
  }

  /** It was changed and is not what the list shows any more: who reads it goes on reading. */
  #left(post: Post): void {
    this.fresh.delete(post.id);
    if (this.open === post.id) this.news = post;
  }

  #asking() {
    const filter = $state.snapshot(this.filter) as Filter;
    return { path: "/v1/posts", query: query(filter), wants: (post: Post) => wants(filter, post) };
  }
}
