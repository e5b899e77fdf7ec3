// The live feed as one small client (PROTOCOL.md, "Feed").
//
// ticket -> socket -> hello{ticket, cursor} -> ready -> events and beats, for ever:
//  * the cursor of the last message is kept and sent again after a cut, so nothing is missed or doubled;
//  * on the first ready, and whenever the server says `reset`, the page re-reads its list over HTTP
//    (`reload`); events that come meanwhile wait in line, in order;
//  * 4401 means that the log-in is over or that we may see less than before: who we are is asked anew (`changed`), and
//    the list is read again, for what is no longer ours to see;
//  * a cut is mended by itself: at once when the browser says it is online again, else with growing,
//    jittered pauses; 4403 means the right to listen is gone, so we stay away.
import * as api from "./api";
import type { Post, Ticket } from "./types";

export type FeedEvent =
  | { kind: "post.published" | "post.updated"; seq: number; post: Post }
  | { kind: "post.hidden" | "post.withdrawn" | "post.removed" | "post.expired"; seq: number; post_id: string };

export type Line = { state: "catching_up" } | { state: "live" } | { state: "offline"; since: number } | { state: "ended" };

export type Following = {
  apply: (event: FeedEvent) => void;
  reload: () => Promise<void>;
  line: (line: Line) => void;
  /** Who is logged in here, or what they may see, is not what it was. */
  changed?: () => void;
  /** What to ask of the ticket: divisions, categories. */
  ask?: Record<string, unknown>;
};

type Message =
  | { type: "ready"; cursor: string; reset: boolean }
  | ({ type: "event"; cursor?: string } & FeedEvent)
  | { type: "beat"; cursor: string };

const SILENCE_MS = 60_000; // beats come every 25 s; two lost ones mean a dead line
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 20_000;

/** Follows the feed until the returned function is called. */
export function follow(following: Following): () => void {
  let cursor: string | null = null;
  let socket: WebSocket | null = null;
  let stopped = false;
  let narrowed = false;
  let tries = 0;
  let offlineSince: number | null = null;
  let again: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;

  async function connect(): Promise<void> {
    clearTimeout(again);
    if (stopped || socket) return;
    if (offlineSince === null) following.line({ state: "catching_up" });
    try {
      const { ticket, url } = await api.post<Ticket>("/v1/feed/tickets", following.ask ?? {});
      if (stopped || socket) return;
      open(url, ticket);
    } catch (error) {
      const over = error instanceof api.Refused && (error.status === 401 || error.status === 403) && error.code !== "locked";
      if (over) end();
      else retry();
    }
  }

  function open(url: string, ticket: string): void {
    const mine = new WebSocket(url);
    socket = mine;
    let inOrder = Promise.resolve(); // one message after the other, even across a reload
    listenForSilence();
    mine.onopen = () => mine.send(JSON.stringify({ type: "hello", ticket, cursor }));
    mine.onmessage = ({ data }) => {
      listenForSilence();
      const message = JSON.parse(data) as Message;
      inOrder = inOrder.then(() => (socket === mine ? take(message) : undefined)).catch(() => mine.close());
    };
    mine.onclose = ({ code }) => {
      if (socket !== mine) return;
      socket = null;
      if (code === 4403) return end();
      if (code !== 4401) return retry();
      narrowed = true;
      retry(0);
      following.changed?.();
    };
  }

  async function take(message: Message): Promise<void> {
    if (message.type === "ready") {
      if (cursor === null || message.reset || narrowed) await following.reload();
      narrowed = false;
      cursor = message.cursor;
      tries = 0;
      offlineSince = null;
      following.line({ state: "live" });
    } else if (message.type === "event") {
      following.apply(message);
      cursor = `${cursor?.split(":")[0]}:${message.seq}`;
    } else {
      cursor = message.cursor;
    }
  }

  function retry(pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries)): void {
    if (stopped) return;
    clearTimeout(silence);
    tries += 1;
    offlineSince ??= Date.now();
    following.line({ state: "offline", since: offlineSince });
    // Jitter, or a restarted server meets everybody at once. A ticket refused twice is no longer news.
    const wait = tries > 3 && pause === 0 ? FIRST_PAUSE_MS * 2 ** Math.min(tries, 5) : pause;
    clearTimeout(again);
    again = setTimeout(connect, wait * (0.5 + Math.random()));
  }

  function listenForSilence(): void {
    clearTimeout(silence);
    silence = setTimeout(cut, SILENCE_MS);
  }

  /** Gives the present socket up and comes back with the cursor. */
  function cut(): void {
    const old = socket;
    socket = null;
    old?.close();
    retry();
  }

  function end(): void {
    stop();
    following.line({ state: "ended" });
  }

  function stop(): void {
    stopped = true;
    clearTimeout(again);
    clearTimeout(silence);
    removeEventListener("online", connect);
    removeEventListener("offline", cut);
    const old = socket;
    socket = null;
    old?.close();
  }

  addEventListener("online", connect);
  addEventListener("offline", cut);
  void connect();
  return stop;
}
