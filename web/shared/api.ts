// Calls to our own program, with errors a page can tell apart.

/** The program answered, and the answer was no. `fields` holds a sentence for each field at fault. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Record<string, string> = {},
  ) {
    super(message);
  }
}

/** Nobody answered: the line is cut, or the program is away. */
export class LineCut extends Error {}

let onLoggedOut = () => {};

/** Says what to do when an answer is 401. */
export function whenLoggedOut(act: () => void): void {
  onLoggedOut = act;
}

let onLocked = () => {};

/** Says what to do when the log-in stands and its desk is locked. */
export function whenLocked(act: () => void): void {
  onLocked = act;
}

export type Query = Record<string, string | number | string[] | null | undefined>;

export const get = <T>(path: string, query: Query = {}, signal?: AbortSignal) =>
  call<T>("GET", path + encode(query), { signal });
export const post = <T>(path: string, body: unknown = {}, headers: Record<string, string> = {}) =>
  call<T>("POST", path, { body, headers });
export const put = <T>(path: string, body: unknown) => call<T>("PUT", path, { body });
export const patch = <T>(path: string, body: unknown) => call<T>("PATCH", path, { body });
/** Sends a file's bytes as they are. */
export const postFile = <T>(path: string, file: Blob, type: string) => call<T>("POST", path, { raw: file, headers: { "Content-Type": type } });
/** A file that the program answers with, whole. */
export async function getFile(path: string): Promise<Blob> {
  const answer = await fetch(path).catch(() => {
    throw new LineCut("no answer");
  });
  if (answer.ok) return await answer.blob();
  throw await refused(answer);
}
export const del = <T>(path: string) => call<T>("DELETE", path, {});

type Extra = { body?: unknown; raw?: Blob; headers?: Record<string, string>; signal?: AbortSignal };

async function call<T>(method: string, path: string, { body, raw, headers = {}, signal }: Extra): Promise<T> {
  const init: RequestInit = { method, headers: { Accept: "application/json", ...headers }, signal };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { ...init.headers, "Content-Type": "application/json" };
  }
  if (raw) init.body = raw;
  let answer: Response;
  try {
    answer = await fetch(path, init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new LineCut("no answer");
  }
  if (answer.ok) return (answer.status === 204 ? undefined : await answer.json()) as T;
  const refusal = await refused(answer);
  if (refusal.code === "locked") onLocked();
  else if (refusal.status === 401) onLoggedOut();
  throw refusal;
}

async function refused(answer: Response): Promise<Refused> {
  const { error } = await answer.json().catch(() => ({ error: undefined }));
  return new Refused(answer.status, error?.code ?? "unknown", error?.message ?? "", error?.fields ?? {});
}

function encode(query: Query): string {
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    value === null || value === undefined || value === ""
      ? []
      : [value].flat().map((one): [string, string] => [key, String(one)]),
  );
  return pairs.length ? `?${new URLSearchParams(pairs)}` : "";
}
