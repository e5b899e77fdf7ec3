// A request for footage as its owner is shown it, and the reminders of it that this device alone keeps.
import * as api from "../../shared/api";
import { keep, kept } from "../../shared/kept";
import type { Block, Division } from "../../shared/types";

export type Said = "shared" | "nothing" | "ask_me" | "no";
export type AskedCamera = { id: string; name: string; block: Block; overwrites_from: string; overwritten_by: string };
export type Answer = {
  kind: Said;
  told: boolean;
  may_change: boolean;
  open_until: string;
  shown_at: string;
  contact: "none" | "given" | "back" | "gone" | "opened";
  contact_until: string | null;
  handle: string | null;
  gone: boolean;
};
/** What I said is wrong with a request; `verb` and `guideline`: what moderators decided, once they did. */
export type Flag = {
  request: string;
  about: string;
  reason: string;
  text: string;
  told: boolean;
  may_change: boolean;
  open_until: string;
  shown_at: string;
  verb: string | null;
  guideline: string | null;
};
export type Request = {
  id: string;
  kind: string;
  text: string;
  window_from: string;
  window_to: string;
  division: Division | null;
  cameras: AskedCamera[];
  ends_at: string;
  answer: Answer | null;
  may: Said[];
  contact_days: number;
  asks: boolean;
  flag: Flag | null;
};

const at = (id: string) => `/v1/inbox/requests/${id}`;
export const shareAddress = (id: string) => `${at(id)}/share`;
export const sameViewAddress = (id: string) => `${at(id)}/same-view`;
export const readRequest = (id: string) => api.get<Request>(at(id));
export const say = (id: string, kind: Said, contact: string) => api.put<Request>(`${at(id)}/answer`, { kind, ...(contact ? { contact } : {}) });
export const takeBack = (id: string) => api.del<Request>(`${at(id)}/answer`);

export const flag = (id: string, reason: string, text: string) => api.put<Request>(`${at(id)}/flag`, { reason, ...(text ? { text } : {}) });
export const takeFlagBack = (id: string) => api.del<void>(`${at(id)}/flag`);
export const myFlags = async () => (await api.get<{ items: Flag[] }>("/v1/inbox/flags")).items;

/** Days by which footage is to be saved, by request and camera: on this device, and told to nobody. */
type Reminders = Record<string, string>;
const KEY = "save_by";

export const reminders = (): Reminders => kept<Reminders>(KEY, {});

export function remind(request: string, camera: AskedCamera, on: boolean): Reminders {
  const now = Date.now();
  const left = Object.entries(reminders()).filter(([, by]) => Date.parse(by) > now);
  const all = { ...Object.fromEntries(left), [`${request}/${camera.id}`]: camera.overwrites_from };
  if (!on) delete all[`${request}/${camera.id}`];
  keep(KEY, Object.keys(all).length ? all : null);
  return all;
}

/** The first day by which something of this request is to be saved, if this device was asked to remind of it. */
export const saveBy = (request: string): string | undefined =>
  Object.entries(reminders())
    .filter(([name, by]) => name.startsWith(`${request}/`) && Date.parse(by) > Date.now())
    .map(([, by]) => by)
    .toSorted()[0];
