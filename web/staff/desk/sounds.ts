// Short sounds, made on the page: nothing is fetched, and only one is heard at a time, however many desks are open.

export const sounds = ["none", "bell", "chime", "knock", "drop"] as const;
export type Sound = (typeof sounds)[number];

/** From when (seconds) to how long, from which pitch to which. */
type Tone = { at: number; seconds: number; hertz: number; to?: number; shape?: OscillatorType };

const LOUD = 0.25;
const PATIENCE_MS = 300; // a browser that lets nothing be heard yet is not waited for
const TONES: Record<Exclude<Sound, "none">, Tone[]> = {
  bell: [{ at: 0, seconds: 1, hertz: 880 }, { at: 0, seconds: 0.6, hertz: 2640 }],
  chime: [{ at: 0, seconds: 0.4, hertz: 660 }, { at: 0.18, seconds: 0.4, hertz: 830 }, { at: 0.36, seconds: 0.6, hertz: 990 }],
  knock: [{ at: 0, seconds: 0.1, hertz: 180, to: 60, shape: "triangle" }, { at: 0.17, seconds: 0.1, hertz: 180, to: 60, shape: "triangle" }],
  drop: [{ at: 0, seconds: 0.25, hertz: 1200, to: 400 }],
};
let context: AudioContext | undefined;
let playing = false;

/** Plays a sound, unless one is being heard: here, or at another desk in this browser. */
export async function play(sound: Sound): Promise<void> {
  if (sound === "none" || playing) return;
  playing = true;
  try {
    // Every desk hears of the same post at the same moment.
    await (navigator.locks?.request("porchlight.sound", { ifAvailable: true }, (alone) => (alone ? sing(sound) : undefined)) ?? sing(sound));
  } finally {
    playing = false;
  }
}

async function sing(sound: Exclude<Sound, "none">): Promise<void> {
  context ??= new AudioContext();
  // Nothing is heard before somebody touched the page: then this one is over, and the next will be heard.
  if (context.state !== "running") await Promise.race([context.resume(), pause(PATIENCE_MS)]);
  if (context.state !== "running") return;
  for (const tone of TONES[sound]) ring(context, tone);
  await pause(1000 * Math.max(...TONES[sound].map(({ at, seconds }) => at + seconds)));
}

function ring(on: AudioContext, { at, seconds, hertz, to = hertz, shape = "sine" }: Tone): void {
  const [from, end] = [on.currentTime + at, on.currentTime + at + seconds];
  const [tone, fade] = [new OscillatorNode(on, { type: shape, frequency: hertz }), new GainNode(on, { gain: LOUD })];
  tone.frequency.setValueAtTime(hertz, from);
  tone.frequency.exponentialRampToValueAtTime(to, end);
  fade.gain.setValueAtTime(LOUD, from);
  fade.gain.exponentialRampToValueAtTime(0.001, end);
  tone.connect(fade).connect(on.destination);
  tone.start(from);
  tone.stop(end);
}

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
