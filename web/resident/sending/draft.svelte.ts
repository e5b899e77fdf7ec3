// The post being written: kept on this device over leaving, its upload going on in the background.
import { keep, kept } from "../../shared/kept";
import type { Block, Category } from "../../shared/types";
import type { Place } from "../../shared/places";
import type { Box } from "../../shared/boxes";
import { ofClips, usual, type Redaction } from "./blur";
import { kindOf } from "./file";
import { forgetFile, keepFile, keptFile } from "./clipstore";
import type { Asked } from "../../shared/names";
import type { Trim } from "./trim";
import { upload, type Sending } from "./upload";

export const MOST_BYTES = 500_000_000;
export const OLDEST_DAYS = 30;

type Words = {
  request: string | null; // shared for it; none: a post
  uploadId: string | null;
  bytes: number;
  place: Place | null;
  larger: boolean; // names the larger block that holds it
  category: Category | null;
  title: string;
  text: string;
  person: string; // how somebody looks: asked for after what they did, and only where it may be
  when: string;
  sound: boolean;
  trim: Trim | null; // all of it
  blur: Redaction[] | null; // nothing was chosen: as the kind of event suggests
  boxes: Box[]; // covered from beginning to end
  wait: boolean; // a random while before it goes on its way
  asked: Asked[]; // likely names in the words, and what the resident said about each
  key: string;
};

const blank = (): Words => ({
  request: null,
  uploadId: null,
  bytes: 0,
  place: null,
  larger: kept("larger", false), // as it was chosen last
  category: null,
  title: "",
  text: "",
  person: "",
  when: "",
  sound: false,
  trim: null,
  blur: null,
  boxes: [],
  wait: false,
  asked: [],
  key: crypto.randomUUID(), // the Idempotency-Key: sending the same draft twice makes one post
});

export const draft = $state<Words>({ ...blank(), ...kept<Partial<Words>>("draft", {}) });
export const clip = $state<{ address: string | null; photo: boolean; sending: Sending | null; fault: "notVideo" | "tooLarge" | null }>({
  address: null,
  photo: false,
  sending: null,
  fault: null,
});
let stop: (() => void) | undefined;

/** What this draft asks to have hidden, of what its file can have. */
export const toBlur = () => (draft.blur ?? usual(draft.category)).filter((kind) => !clip.photo || !ofClips.includes(kind));

/** The block this draft names. */
export const named = (): Block | undefined => (draft.larger && draft.place?.larger) || draft.place?.block;

export function nameLarger(on: boolean): void {
  draft.larger = on;
  keep("larger", on || null);
}

/** Whether this draft is first asked what somebody did. */
export const asksForAct = () => draft.category === "crime" || draft.category === "suspicious";

/** All that is said besides the title: the act, and below it how somebody looks. */
export function said(): string {
  return [draft.text, asksForAct() ? draft.person : ""].map((part) => part.trim()).filter(Boolean).join("\n");
}

export function keepDraft(): void {
  keep("draft", $state.snapshot(draft));
}

/** Takes a file and starts its upload at once. The same bytes as an unfinished upload go on with it. */
export function take(file: File): void {
  clip.fault = !kindOf(file) ? "notVideo" : file.size > MOST_BYTES ? "tooLarge" : null;
  if (clip.fault) return;
  if (file.size !== draft.bytes) Object.assign(draft, { uploadId: null, trim: null, boxes: [] });
  draft.bytes = file.size;
  draft.when ||= local(recent(file.lastModified) ? file.lastModified : Date.now());
  keepFile(file).catch(() => {}); // too large for this browser to keep: it will ask for the file again
  begin(file);
}

/** Goes on where an earlier visit left off. */
export async function resume(): Promise<void> {
  if (clip.address || !draft.bytes) return;
  const file = await keptFile().catch(() => undefined);
  if (file && file.size === draft.bytes) begin(file);
}

export function again(): void {
  const file = keptFile();
  void file.then((found) => found && begin(found));
}

/** Forgets the draft, on this page and on this device. */
export async function discard(): Promise<void> {
  stop?.();
  if (clip.address) URL.revokeObjectURL(clip.address);
  Object.assign(clip, { address: null, sending: null, fault: null });
  Object.assign(draft, blank());
  keep("draft", null);
  await forgetFile().catch(() => {});
}

/** Takes the file away and keeps the words. */
export function dropClip(): void {
  stop?.();
  if (clip.address) URL.revokeObjectURL(clip.address);
  Object.assign(clip, { address: null, sending: null, fault: null });
  Object.assign(draft, { uploadId: null, bytes: 0, trim: null, boxes: [] });
  forgetFile().catch(() => {});
}

/** A moment as <input type=datetime-local> wants it, in local time. */
export function local(ms: number): string {
  const date = new Date(ms);
  return new Date(ms - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function begin(file: File): void {
  stop?.();
  if (clip.address) URL.revokeObjectURL(clip.address);
  clip.address = URL.createObjectURL(file);
  clip.photo = kindOf(file) === "photo";
  stop = upload(file, draft.uploadId, (sending) => {
    clip.sending = sending;
    if (sending.uploadId !== draft.uploadId) {
      draft.uploadId = sending.uploadId;
      keepDraft();
    }
  });
}

const recent = (ms: number) => ms <= Date.now() && ms > Date.now() - OLDEST_DAYS * 86_400_000;
