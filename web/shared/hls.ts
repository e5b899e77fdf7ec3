// A clip played by its segments, from the first one on while the rest still arrives.
import type Hls from "hls.js/light";
import type { ErrorData, HlsConfig } from "hls.js/light";

/** How this browser can play segments: fed by our own code, by itself (Safari of old), or not at all. */
export const segmentsBy: "code" | "itself" | null =
  "MediaSource" in window || "ManagedMediaSource" in window
    ? "code"
    : document.createElement("video").canPlayType("application/vnd.apple.mpegurl")
      ? "itself"
      : null;

/** What the page is told. A side is the shorter one of a picture, in pixels: 480 is what people call 480p. */
export type Told = {
  /** So many seconds are there; `whole`: no more will come. */
  arrived: (seconds: number, whole: boolean) => void;
  sides: (sides: number[]) => void;
  /** Whether Porchlight answers; where it does not, it is asked again and again. */
  line: (answers: boolean) => void;
  taken: () => void;
  failed: () => void;
};

export type Segments = { pick: (side: number | null) => void; stop: () => void };

const PEEK_S = 4; // is loaded of a clip that nobody has started
const AHEAD_S = 16; // and of one that plays: little is left on a screen that loses its right to it
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;
const SPREAD_MS = 500; // everybody's line may have broken at once: they do not all come back at once
const LOSSES = 3; // of the same piece, while the clip is there, before we say that it is gone
const MENDS = 2; // of the decoder, before we say that this browser cannot play it

const settings: Partial<HlsConfig> = {
  enableWorker: false, // it would be a script from a blob, which our pages do not allow
  lowLatencyMode: true, // asks for the next piece before it is there, and is answered when it is
  startLevel: 0, // the smallest picture is there first and is on screen soonest
  capLevelToPlayerSize: true,
  testBandwidth: false,
  maxBufferSize: 0, // bytes are no reason to load more than these seconds
  maxBufferLength: PEEK_S,
  maxMaxBufferLength: AHEAD_S,
  // A clip that arrives is no broadcast: nobody is to be moved towards its end.
  liveSyncDuration: 0.1,
  liveSyncOnStallIncrease: 0,
};

/** Brings the code for playing before the first clip is opened, on pages where that is what everybody comes for. */
export function prepare(): void {
  if (segmentsBy === "code") import("hls.js/light").catch(() => {}); // the player will say so, if it is needed
}

/** Plays what the playlist at `address` names, from a second of it on, until stopped. */
export function playSegments(video: HTMLVideoElement, address: string, told: Told, from = 0): Segments {
  let hls: Hls | null = null;
  let known: number[] = [];
  let stopped = false;
  let started = false;
  let tries = 0;
  let mends = 0;
  let lost: { piece: number | "initSegment"; times: number } | null = null;
  let again: ReturnType<typeof setTimeout> | undefined;

  async function open(from: number, side: number | null): Promise<void> {
    const { default: Player, Events } = await import("hls.js/light");
    if (stopped) return;
    const mine = new Player({ ...settings, startPosition: from });
    hls = mine;
    if (started) lookAhead();
    mine.on(Events.MANIFEST_PARSED, (_, { levels }) => {
      known = levels.map(({ width, height }) => Math.min(width, height));
      told.sides(known);
      if (side !== null) mine.loadLevel = known.indexOf(side);
    });
    mine.on(Events.LEVEL_UPDATED, (_, { details }) => told.arrived(details.edge, !details.live));
    mine.on(Events.FRAG_LOADED, (_, { frag }) => {
      tries = 0;
      if (frag.sn === lost?.piece) lost = null;
      told.line(true);
    });
    mine.on(Events.ERROR, (_, error) => trouble(mine, error));
    mine.loadSource(address);
    mine.attachMedia(video);
  }

  function trouble(mine: Hls, { type, fatal, response, frag }: ErrorData): void {
    if (stopped || hls !== mine) return;
    if (type === "networkError") {
      told.line(false);
      if (fatal) {
        if (frag && isTaken(response?.code)) lost = { piece: frag.sn, times: frag.sn === lost?.piece ? lost.times + 1 : 1 };
        later();
      } else if (isTaken(response?.code)) void ask();
    } else if (fatal && type === "mediaError" && mends++ < MENDS) mine.recoverMediaError();
    else if (fatal) told.failed();
  }

  /** Loading has stopped: goes on once the playlist is there again, and says so where it was taken away. */
  function later(): void {
    clearTimeout(again);
    again = setTimeout(goOn, tries ? Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries) * (0.5 + Math.random()) : SPREAD_MS * Math.random());
    tries += 1;
  }

  async function goOn(): Promise<void> {
    const status = await ask();
    if (stopped || isTaken(status)) return;
    if (isRefused(status)) return told.failed();
    if (status !== 200) return later();
    if (lost && lost.times >= LOSSES) return told.failed();
    if (known.length) hls?.startLoad();
    else hls?.loadSource(address);
  }

  async function ask(): Promise<number> {
    const status = await statusOf(address);
    if (stopped) return status;
    if (isTaken(status)) told.taken();
    return status;
  }

  /** The master names new pictures only to who loads it again; then the clip goes on where it was. */
  async function reopen(side: number): Promise<void> {
    const [at, going] = [video.currentTime, !video.paused];
    hls?.destroy();
    await open(at, side);
    if (going) await video.play().catch(() => {});
  }

  function lookAhead(): void {
    started = true;
    if (hls) hls.config.maxBufferLength = AHEAD_S;
  }

  const failed = () => !stopped && told.failed(); // the line was cut while the code for playing was on its way
  video.addEventListener("play", lookAhead);
  open(from, null).catch(failed);
  return {
    pick(side) {
      const level = side === null ? -1 : known.indexOf(side);
      if (!hls) return;
      if (side !== null && level < 0) reopen(side).catch(failed);
      else if (video.paused && level >= 0) hls.currentLevel = level; // who looks at one picture wants this one sharper
      else hls.nextLevel = level;
    },
    stop() {
      stopped = true;
      clearTimeout(again);
      video.removeEventListener("play", lookAhead);
      hls?.destroy();
    },
  };
}

/** What the program says to whoever asks for a file: its status, 0 where nobody answers. */
export async function statusOf(address: string): Promise<number> {
  try {
    const answer = await fetch(address, { headers: { Range: "bytes=0-0" } });
    return answer.status === 206 ? 200 : answer.status;
  } catch {
    return 0;
  }
}

/** Asking again would bring the same answer; of 408 and 429 a later try may have another. */
const isRefused = (status: number) => status >= 400 && status < 500 && status !== 408 && status !== 429;

/** Nobody may see it any more: hidden, withdrawn, removed, expired. Of what has no first byte (416) nothing is left. */
export const isTaken = (status: number | undefined) => status === 404 || status === 410 || status === 416;
