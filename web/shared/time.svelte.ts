// Times as people say them, turning older by themselves.
import { language } from "./words/words.svelte";

const MINUTE = 60_000;
const clock = $state({ now: Date.now() });
setInterval(() => (clock.now = Date.now()), 20_000);

/** "5 minutes ago", "yesterday"; the nearest whole unit. Newer than a minute and a half is "now". */
export function ago(when: string | number): string {
  const minutes = Math.round((new Date(when).getTime() - clock.now) / MINUTE);
  const say = new Intl.RelativeTimeFormat(language.code, { numeric: "auto" });
  if (Math.abs(minutes) < 2) return say.format(0, "second");
  if (Math.abs(minutes) < 60) return say.format(minutes, "minute");
  if (Math.abs(minutes) < 36 * 60) return say.format(Math.round(minutes / 60), "hour");
  return say.format(Math.round(minutes / 1440), "day");
}

/** Day and time in full, for titles and facts. */
export function exact(when: string | number): string {
  return new Intl.DateTimeFormat(language.code, { dateStyle: "medium", timeStyle: "short" }).format(new Date(when));
}

/** From when to when, the day said once where both are on it. */
export function span(from: string | number, to: string | number): string {
  return new Intl.DateTimeFormat(language.code, { dateStyle: "medium", timeStyle: "short" }).formatRange(new Date(from), new Date(to));
}

/** Hours since, for tints: 0 is now. */
export function hoursSince(when: string): number {
  return Math.max(0, (clock.now - new Date(when).getTime()) / (60 * MINUTE));
}

/** 95 -> "1:35". */
export function mmss(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
