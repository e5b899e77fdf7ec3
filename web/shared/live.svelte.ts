// A list of posts that stays true by itself: read over HTTP, kept by the feed.
import * as api from "./api";
import { follow, type FeedEvent, type Line } from "./feed";
import type { Page, Post } from "./types";

export type Asking = { path: string; query: api.Query; wants: (post: Post) => boolean };

/** `hold` keeps arrivals in `waiting` until `show()`; otherwise they enter the list at once. */
export class LivePosts {
  items = $state.raw<Post[]>([]);
  waiting = $state.raw<Post[]>([]);
  line = $state.raw<Line>({ state: "catching_up" });
  state = $state<"loading" | "ready" | "error">("loading");
  more = $state(false);
  #asking: Asking;
  #cursor: string | null = null;
  #round = 0;

  constructor(
    asking: Asking,
    private readonly tell: { arrived?: (post: Post) => void; gone?: (id: string, kind: string) => void; hold?: boolean } = {},
  ) {
    this.#asking = asking;
  }

  /** Starts listening; returns how to stop. */
  start(): () => void {
    void this.reload().catch(() => {});
    return follow({
      apply: (event) => this.apply(event),
      reload: () => this.reload(),
      line: (line) => (this.line = line),
    });
  }

  /** Reads another list; the feed goes on. */
  ask(asking: Asking): void {
    this.#asking = asking;
    this.state = "loading";
    void this.reload().catch(() => {});
  }

  async reload(): Promise<void> {
    const round = ++this.#round;
    try {
      const page = await api.get<Page<Post>>(this.#asking.path, this.#asking.query);
      if (round !== this.#round) return;
      this.items = page.items;
      this.waiting = [];
      this.#cursor = page.cursor;
      this.more = page.cursor !== null;
      this.state = "ready";
    } catch (error) {
      if (round === this.#round && this.state === "loading") this.state = "error";
      throw error;
    }
  }

  async older(): Promise<void> {
    if (!this.#cursor) return;
    const round = this.#round;
    const page = await api.get<Page<Post>>(this.#asking.path, { ...this.#asking.query, cursor: this.#cursor });
    if (round !== this.#round) return;
    const known = new Set(this.items.map((post) => post.id));
    this.items = [...this.items, ...page.items.filter((post) => !known.has(post.id))];
    this.#cursor = page.cursor;
    this.more = page.cursor !== null;
  }

  show(): void {
    this.items = [...this.waiting, ...this.items];
    this.waiting = [];
  }

  apply(event: FeedEvent): void {
    if (!("post" in event)) return this.#drop(event.post_id, event.kind);
    const { post } = event;
    const replace = (list: Post[]) => list.map((one) => (one.id === post.id ? post : one));
    const known = [...this.items, ...this.waiting].some((one) => one.id === post.id);
    if (post.state !== "live") return this.#drop(post.id, `post.${post.state}`);
    if (known) {
      this.items = replace(this.items);
      this.waiting = replace(this.waiting);
      return;
    }
    this.tell.arrived?.(post);
    if (!this.#asking.wants(post)) return;
    if (this.tell.hold) this.waiting = byTime([post, ...this.waiting]);
    else this.items = byTime([post, ...this.items]);
  }

  #drop(id: string, kind: string): void {
    this.items = this.items.filter((post) => post.id !== id);
    this.waiting = this.waiting.filter((post) => post.id !== id);
    this.tell.gone?.(id, kind);
  }
}

/** Newest first. Published times are rounded, so what came later stays before what came earlier. */
function byTime(posts: Post[]): Post[] {
  return posts.toSorted((a, b) => Date.parse(b.published_at) - Date.parse(a.published_at));
}
