// A desk that nobody touches covers itself, and its log-in does nothing until somebody unlocks it. The page stays as it
// was underneath. All tabs of a browser are one desk: a touch in one keeps them all open.
import * as api from "../shared/api";
import { keep, kept } from "../shared/kept";

const TOLD_EVERY_MS = 25_000;
const LOOKED_EVERY_MS = 2_000;
const TOUCHES = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

export const lock = $state({ on: false });

let after = Infinity; // milliseconds, once somebody is logged in
let told = 0;

api.whenLocked(() => cover());

/** Begins to look whether somebody is at this desk; `seconds` without a touch lock it. */
export function watch(seconds: number): void {
  if (after === Infinity) {
    for (const touch of TOUCHES) addEventListener(touch, touched, { passive: true, capture: true });
    setInterval(look, LOOKED_EVERY_MS);
    addEventListener("focus", () => lock.on && void peek());
  }
  after = seconds * 1000;
  keep("touched", Date.now());
}

/** Nobody is logged in here any more. */
export function forget(): void {
  after = Infinity;
  lock.on = false;
}

/** Covers the page now, and makes the log-in worth nothing. */
export async function lockNow(): Promise<void> {
  cover();
  await api.post("/v1/log-ins/current/lock").catch(() => {}); // where nobody answers, the program's own clock locks it
}

export async function unlock(password: string): Promise<void> {
  await api.post("/v1/log-ins/current/unlock", { password });
  uncover();
}

function cover(): void {
  if (lock.on) return;
  lock.on = true;
  for (const medium of document.querySelectorAll<HTMLMediaElement>("video, audio")) medium.pause();
}

function uncover(): void {
  keep("touched", Date.now());
  lock.on = false;
  dispatchEvent(new Event("online")); // the feed was told to come back: it does so now
}

function touched(): void {
  if (lock.on || after === Infinity) return;
  const now = Date.now();
  if (now - told < TOLD_EVERY_MS) return;
  told = now;
  keep("touched", now);
  void api.post("/v1/log-ins/current/touch").catch(() => {});
}

function look(): void {
  // Touches are noted every 25 s, so the last one may be younger by as much: nobody is locked out too early.
  if (!lock.on && Date.now() - kept("touched", 0) > after + TOLD_EVERY_MS) void lockNow();
}

/** Somebody may have unlocked it in another tab. */
async function peek(): Promise<void> {
  await api.get("/v1/me").then(uncover, () => {});
}
