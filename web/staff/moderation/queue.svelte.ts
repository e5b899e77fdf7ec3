// The moderators' queue as this desk has it: what waits, what is open and claimed, what is picked, and what was just decided.
import * as api from "../../shared/api";
import { problem } from "../../shared/problem";
import { tell } from "../../shared/toast.svelte";
import type { Page } from "../../shared/types";
import { w } from "../../shared/words/words.svelte";
import { claim, decide, decideSeveral, isFree, judgeComment, judgeRequest, release, undo, undoComment, undoRequest, UNDO_MS } from "./decide";
import type { Item, RequestVerb, RequestWaiting, Shift, Verb } from "../types";
import { ask as askWho } from "../who.svelte";

const MOST = 100; // on one page: more than anybody decides before the next look
const PROLONG_MS = 5 * 60_000; // half of what a claim lasts

export class QueueState {
  items = $state.raw<Item[] | null>(null);
  more = $state(false);
  /** Until when this moderator has looked at enough. */
  rests = $state<string | null>(null);
  fault = $state<string | null>(null);
  busy = $state(false);
  picked = $state.raw<string[]>([]);
  /** What was open waits no longer, through nothing done here: nothing else opens under the hand that was about to decide. */
  gone = $state(false);
  #chosen = $state<string | null>(null);
  #last: { until: number; open: string | null; back: () => Promise<void>; told: string } | null = null;
  #touched = Date.now();
  #asked = 0; // how often the queue was asked for
  #laid = 0; // no answer that was asked for before this one is laid down: it may still have what was decided since

  current = $derived(this.gone ? null : this.items?.find(({ id }) => id === this.#chosen) ?? this.items?.find(isFree) ?? this.items?.[0] ?? null);
  /** What a decision would be about: posts that are picked, or the one that is open. */
  meant = $derived(this.picked.length ? (this.items ?? []).filter((one) => one.about === "post").filter(({ id }) => this.picked.includes(id)) : this.current?.about === "post" ? [this.current] : []);

  async read(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const [page, shift] = await Promise.all([api.get<Page<Item>>("/v1/moderation/queue", { limit: MOST }), api.get<Shift>("/v1/moderation/shift")]);
      if (asked < this.#laid) return;
      this.#laid = asked;
      this.rests = shift.rests_until;
      // What is open stays open, though something else is due before it by now.
      this.#chosen ??= this.current?.id ?? null;
      const was = (this.items ?? []).some(({ id }) => id === this.#chosen);
      [this.items, this.more, this.fault] = [page.items, page.cursor !== null, null];
      const there = page.items.map(({ id }) => id);
      this.picked = this.picked.filter((id) => there.includes(id));
      if (this.#chosen && !there.includes(this.#chosen)) [this.#chosen, this.gone] = [null, was];
    } catch (error) {
      if (asked >= this.#laid) this.fault = problem(error);
      if (error instanceof api.Refused && error.status === 403) void askWho(); // a role ended while its page was open
    }
  }

  /** At each look: who sits here keeps the claim, who went away loses it when it ends. */
  async look(): Promise<void> {
    if (this.busy) return;
    await this.read();
    const open = this.current;
    const ends = open?.claim ? Date.parse(open.claim.until) - Date.now() < PROLONG_MS : true;
    if (open && ends && Date.now() - this.#touched < PROLONG_MS) await this.claim(open);
  }

  touched = (): void => void (this.#touched = Date.now());

  /** Says that this desk works on it, unless it waits for others alone; whoever else has it is shown. */
  async claim(open: Item): Promise<void> {
    if (!isFree(open)) return;
    try {
      const mine = await claim(open);
      this.items = (this.items ?? []).map((one) => (one.id === open.id ? { ...one, claim: mine } : one));
    } catch (error) {
      if (error instanceof api.Refused) await this.read();
    }
  }

  choose = (id: string | null): void => void ([this.#chosen, this.gone] = [id, false]);

  step(by: 1 | -1): void {
    if (this.gone) return this.choose(null);
    if (!this.items || !this.current) return;
    this.choose((this.items[this.items.indexOf(this.current) + by] ?? this.current).id);
  }

  pick = (id: string): void => {
    this.picked = this.picked.includes(id) ? this.picked.filter((one) => one !== id) : [...this.picked, id];
  };

  /** Decides about what is meant; the next is open already when the answer comes. */
  async carryOut(verb: Verb, reason: string, note: string): Promise<void> {
    const ids = this.meant.map(({ id }) => id);
    if (!ids.length || this.busy) return;
    this.busy = true;
    const next = this.#after(ids);
    try {
      const done = ids.length > 1 ? await this.#several(ids, verb, reason, note) : await this.#one(ids[0]!, verb, reason, note);
      this.#takeOut(done);
      this.picked = [];
      this.#chosen = next;
    } catch (error) {
      tell(problem(error, w().staff.queue.refused));
    }
    this.busy = false;
    await this.read(); // what is held, or proposed, waits on
  }

  /** Words of what is open, or a part of its picture, were taken out: it is decided, and nothing can be undone. */
  edited(what: "edit" | "blur"): void {
    const next = this.current ? this.#after([this.current.id]) : null;
    this.#last = null;
    tell(w().staff.queue.done[what]);
    this.#chosen = next;
    void this.read();
  }

  /** The author of what is open was asked: it waits as before, and for a minute this can be undone. */
  asked(held: boolean): void {
    if (this.current) this.#tell(held ? w().staff.queue.done.ask_held : w().staff.queue.done.ask, [this.current.id]);
    void this.read();
  }

  /** Keeps a flagged request or takes it back; the next is open when the answer comes. */
  async judge({ id }: RequestWaiting, verb: RequestVerb, reason: string, note: string): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const next = this.#after([id]);
    try {
      await judgeRequest(id, verb, reason, note);
      const done = w().staff.queue.requests.done[verb];
      if (verb === "dismiss") this.#undoable(done, id, () => undoRequest(id), w().staff.queue.undone);
      else this.#tell(done, []); // owners find it gone
      this.#takeOut([id]);
      this.#chosen = next;
    } catch (error) {
      tell(problem(error, w().staff.queue.refused));
    }
    this.busy = false;
    await this.read();
  }

  /** Keeps a comment under what is open, or removes it: for a minute this can be undone. */
  async judgeComment(id: string, verb: "keep" | "remove", reason: string): Promise<void> {
    const open = this.current?.id ?? null;
    await judgeComment(id, verb, reason);
    const words = w().staff.queue.comments;
    this.#undoable(words.done[verb], open, () => undoComment(id), words.undone);
    await this.read();
  }

  async takeBack(): Promise<void> {
    const last = this.#last;
    this.#last = null;
    if (!last || Date.now() > last.until) return;
    try {
      await last.back();
      tell(last.told);
      this.#laid = this.#asked + 1;
      this.choose(last.open);
    } catch (error) {
      tell(problem(error, w().staff.queue.refused));
    }
    await this.read();
  }

  /** What is decided waits no more, whatever an answer says that is on its way. */
  #takeOut(done: string[]): void {
    this.#laid = this.#asked + 1;
    this.items = (this.items ?? []).filter(({ id }) => !done.includes(id));
  }

  async #one(id: string, verb: Verb, reason: string, note: string): Promise<string[]> {
    const { waits_for_second } = await decide(id, verb, reason, note);
    this.#tell(waits_for_second ? w().staff.queue.done.propose : w().staff.queue.done[verb], [id]);
    return [id];
  }

  async #several(ids: string[], verb: Verb, reason: string, note: string): Promise<string[]> {
    const outcomes = await decideSeveral(ids, verb, reason, note);
    const done = outcomes.filter(({ code }) => code === null).map(({ post_id }) => post_id);
    this.#tell(w().staff.queue.severalDone(done.length, ids.length), done);
    return done;
  }

  #tell(text: string, ids: string[]): void {
    if (ids.length) return this.#undoable(text, ids[0]!, () => Promise.all(ids.map(undo)), w().staff.queue.undone);
    this.#last = null;
    tell(text);
  }

  #undoable(text: string, open: string | null, back: () => Promise<unknown>, told: string): void {
    this.#last = { until: Date.now() + UNDO_MS, open, back: async () => void (await back()), told };
    tell(text, { undo: () => void this.takeBack(), ms: UNDO_MS });
  }

  /** The one to open after these: the next that is free, else one before. */
  #after(ids: string[]): string | null {
    const list = this.items ?? [];
    const at = this.current ? list.indexOf(this.current) : 0;
    const order = [...list.slice(at), ...list.slice(0, at).reverse()];
    return order.find((one) => isFree(one) && !ids.includes(one.id))?.id ?? null;
  }

  /** Claims what is open for as long as it is, and lets it go; runs in an effect. */
  hold(): () => void {
    const open = this.current;
    if (!open) return () => {};
    void this.claim(open);
    return () => void release(open);
  }
}
