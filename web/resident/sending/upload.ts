// One file on its way in parts: three at a time, each with its hash, going on by itself after a cut.
import * as api from "../../shared/api";
import type { Part, UploadAnswer } from "../types";

export type Sending = {
  phase: "starting" | "sending" | "waiting" | "resumed" | "done" | "failed";
  share: number;
  uploadId: string | null;
  code?: string;
};

const AT_ONCE = 3;
const LONGEST_PAUSE_MS = 15_000;
const SAY_RESUMED_MS = 4_000;

/** Uploads until done, refused, or stopped by the returned function. `uploadId` goes on with an earlier one. */
export function upload(file: File, uploadId: string | null, tell: (sending: Sending) => void): () => void {
  let id = uploadId;
  let stopped = false;
  let round = new AbortController();
  let resumedAt = 0;
  const onTheWay = new Map<number, number>();
  let arrived = 0;

  const say = (phase: Sending["phase"], code?: string) => {
    if (!stopped) tell({ phase, share: file.size ? Math.min(1, (arrived + sum(onTheWay)) / file.size) : 0, uploadId: id, code });
  };
  const saySending = () => say(Date.now() - resumedAt < SAY_RESUMED_MS ? "resumed" : "sending");

  async function run(): Promise<void> {
    say("starting");
    for (let tries = 0; !stopped; ) {
      const before = arrived;
      try {
        if (await once(tries > 0 || uploadId !== null)) return say("done");
      } catch (error) {
        round.abort();
        onTheWay.clear();
        if (error instanceof api.Refused && !worthAnotherTry(error)) return say("failed", error.code);
        tries = arrived > before ? 1 : tries + 1;
        say("waiting", error instanceof api.Refused ? error.code : undefined);
        await pause(Math.min(LONGEST_PAUSE_MS, 500 * 2 ** tries) * (0.5 + Math.random()));
      }
    }
  }

  /** One go at everything that is missing. False: the program wants some parts again. */
  async function once(again: boolean): Promise<boolean> {
    const plan = await ask();
    round = new AbortController();
    if (again) resumedAt = Date.now();
    const size = ({ number }: Part) => Math.min(plan.part_bytes, file.size - (number - 1) * plan.part_bytes);
    const missing = plan.state === "complete" ? [] : plan.parts.filter((part) => !part.received);
    arrived = plan.state === "complete" ? file.size : plan.parts.filter((part) => part.received).reduce((all, part) => all + size(part), 0);
    saySending();
    const worker = async () => {
      for (let part = missing.shift(); part; part = missing.shift()) {
        const from = (part.number - 1) * plan.part_bytes;
        await send(part, await file.slice(from, from + size(part)).arrayBuffer());
        onTheWay.delete(part.number);
        arrived += size(part);
        saySending();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    if (plan.state === "complete") return true;
    try {
      await api.post(`/v1/uploads/${id}/finish`);
      return true;
    } catch (error) {
      if (error instanceof api.Refused && error.code === "parts_missing") return false;
      throw error;
    }
  }

  async function ask(): Promise<UploadAnswer> {
    if (id) {
      try {
        return await api.get<UploadAnswer>(`/v1/uploads/${id}`);
      } catch (error) {
        if (!(error instanceof api.Refused && error.status === 404)) throw error;
      }
    }
    const fresh = await api.post<UploadAnswer>("/v1/uploads", { bytes: file.size, type: file.type || "application/octet-stream" });
    id = fresh.upload_id;
    return fresh;
  }

  async function send(part: Part, bytes: ArrayBuffer): Promise<void> {
    const hash = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))));
    await put(part.url, bytes, hash, round.signal, (sent) => {
      onTheWay.set(part.number, sent);
      saySending();
    });
  }

  void run();
  return () => {
    stopped = true;
    round.abort();
  };
}

/** A part's PUT. XMLHttpRequest, because fetch cannot say how much has gone. */
function put(url: string, bytes: ArrayBuffer, hash: string, signal: AbortSignal, sent: (bytes: number) => void): Promise<void> {
  return new Promise((done, fail) => {
    if (signal.aborted) return fail(new api.LineCut("stopped"));
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    request.setRequestHeader("x-amz-checksum-sha256", hash);
    request.upload.onprogress = ({ loaded }) => sent(loaded);
    // A part that was refused is asked for anew; a program that has no room says so, and is tried again.
    const refused = () =>
      request.status === 503 ? new api.Refused(503, codeOf(request.responseText), "") : new api.LineCut(`part refused: ${request.status}`);
    request.onload = () => (request.status < 300 ? done() : fail(refused()));
    request.onerror = request.onabort = request.ontimeout = () => fail(new api.LineCut("part cut"));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(bytes);
  });
}

function codeOf(answer: string): string {
  try {
    return String(JSON.parse(answer).error.code);
  } catch {
    return ""; // a proxy's own words
  }
}

const worthAnotherTry = ({ status }: api.Refused) => status >= 500 || status === 429 || status === 408;

const sum = (parts: Map<number, number>) => [...parts.values()].reduce((all, one) => all + one, 0);

/** Waits, but not longer than until the browser is online again. */
function pause(ms: number): Promise<void> {
  return new Promise((done) => {
    const over = () => {
      clearTimeout(timer);
      removeEventListener("online", over);
      done();
    };
    const timer = setTimeout(over, ms);
    addEventListener("online", over);
  });
}
