// A list of posts that stays true by itself: read over HTTP, kept by the feed.
import * as api from "./api";
import { follow, type FeedEvent, type Line } from "./feed";
import type { Page, Post } from "./types";

const MOST_AGAIN = 10; // pages read anew at once: whoever read further back finds the rest under "more"

/** A `query` of null asks for nothing: the list is empty without a request. `pages`: how many are read at once, else one. */
export type Asking = { path: string; query: api.Query | null; wants: (post: Post) => boolean; pages?: number };

/** `hold` keeps arrivals in `waiting` until `show()`; otherwise they enter the list at once. */
export class LivePosts {
  items = $state.raw<Post[]>([]);
  waiting = $state.raw<Post[]>([]);
  line = $state.raw<Line>({ state: "catching_up" });
  state = $state<"loading" | "ready" | "error">("loading");
  more = $state(false);
  #asking: Asking;
  #cursor: string | null = null;
  #pages = 0; // that are in the list: as many are read when it is read anew, or it would shrink under whoever reads it
  #round = 0;
  #reading = 0; // answers under way
  #meanwhile: FeedEvent[] = []; // told since the oldest of them was asked for: it may not know of these yet

  /** How many pages are in the list. */
  get pages(): number {
    return this.#pages;
  }

  constructor(
    asking: Asking,
    private readonly tell: {
      /** Whatever may be seen, in the list or not. */
      seen?: (post: Post, kind: string) => void;
      arrived?: (post: Post, kind: string) => void;
      /** Still there, but not what the list asks for any more. */
      left?: (post: Post) => void;
      gone?: (id: string, kind: string) => void;
      hold?: boolean;
    } = {},
  ) {
    this.#asking = asking;
  }

  /** Starts listening; returns how to stop. `changed` is called when one may see something else from now on. */
  start(changed?: () => void): () => void {
    void this.reload().catch(() => {});
    return follow({
      apply: (event) => this.apply(event),
      reload: () => this.reload(),
      line: (line) => (this.line = line),
      changed,
    });
  }

  /** Reads another list; the feed goes on. */
  ask(asking: Asking): void {
    this.#asking = asking;
    this.#pages = 0;
    this.state = "loading";
    void this.reload().catch(() => {});
  }

  async reload(): Promise<void> {
    const round = ++this.#round;
    try {
      const pages = Math.max(this.#asking.pages ?? 1, Math.min(this.#pages, MOST_AGAIN));
      await this.#read(null, pages, (page) => {
        if (round !== this.#round) return;
        this.items = page.items;
        this.waiting = [];
        this.#pages = pages;
        this.#turn(page);
      });
      if (round === this.#round) this.state = "ready";
    } catch (error) {
      if (round === this.#round && this.state === "loading") this.state = "error";
      throw error;
    }
  }

  async older(): Promise<void> {
    if (!this.#cursor) return;
    const round = this.#round;
    await this.#read(this.#cursor, 1, (page) => {
      if (round !== this.#round) return;
      const known = new Set([...this.items, ...this.waiting].map((post) => post.id));
      this.items = [...this.items, ...page.items.filter((post) => !known.has(post.id))];
      this.#pages += 1;
      this.#turn(page);
    });
  }

  show(): void {
    this.items = [...this.waiting, ...this.items];
    this.waiting = [];
  }

  apply(event: FeedEvent): void {
    if (this.#reading) this.#meanwhile.push(event);
    const seen = seenIn(event);
    if (seen) this.tell.seen?.(seen, event.kind);
    if (!seen) this.tell.gone?.(...gone(event));
    else if (!this.#knows(seen)) this.tell.arrived?.(seen, event.kind);
    else if (!this.#asking.wants(seen)) this.tell.left?.(seen);
    this.#lay(event);
  }

  /** Reads pages and lays them down as one, then once more what the feed told while they were on their way. */
  async #read(cursor: string | null, pages: number, lay: (page: Page<Post>) => void): Promise<void> {
    const { path, query } = this.#asking;
    const round = this.#round;
    const read = (cursor: string | null) => api.get<Page<Post>>(path, { ...query, cursor });
    this.#reading += 1;
    try {
      let page: Page<Post> = query ? await read(cursor) : { items: [], cursor: null };
      for (let more = 1; more < pages && page.cursor && round === this.#round; more += 1) {
        const next = await read(page.cursor);
        page = { items: [...page.items, ...next.items], cursor: next.cursor };
      }
      lay(page);
      for (const event of this.#meanwhile) this.#lay(event);
    } finally {
      this.#reading -= 1;
      if (!this.#reading) this.#meanwhile = [];
    }
  }

  #turn({ cursor }: Page<Post>): void {
    this.#cursor = cursor;
    this.more = cursor !== null;
  }

  #knows({ id }: Post): boolean {
    return [...this.items, ...this.waiting].some((one) => one.id === id);
  }

  #lay(event: FeedEvent): void {
    const post = seenIn(event);
    if (!post) return this.#drop(gone(event)[0]);
    if (this.#knows(post) && !this.#asking.wants(post)) return this.#drop(post.id);
    if (this.#knows(post)) {
      const replace = (list: Post[]) => list.map((one) => (one.id === post.id ? post : one));
      this.items = replace(this.items);
      this.waiting = replace(this.waiting);
    } else if (this.#asking.wants(post)) {
      if (this.tell.hold) this.waiting = byTime([post, ...this.waiting]);
      else this.items = byTime([post, ...this.items]);
    }
  }

  #drop(id: string): void {
    this.items = this.items.filter((post) => post.id !== id);
    this.waiting = this.waiting.filter((post) => post.id !== id);
  }
}

/** The post that may be seen after this event; null where it took one away. */
function seenIn(event: FeedEvent): Post | null {
  return "post" in event && event.post.state === "live" ? event.post : null;
}

/** Which post an event took away, and how. */
function gone(event: FeedEvent): [id: string, kind: string] {
  return "post" in event ? [event.post.id, `post.${event.post.state}`] : [event.post_id, event.kind];
}

/** Newest first. Published times are rounded, so what came later stays before what came earlier. */
function byTime(posts: Post[]): Post[] {
  return posts.toSorted((a, b) => Date.parse(b.published_at) - Date.parse(a.published_at));
}
