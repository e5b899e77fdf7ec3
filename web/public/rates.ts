// What owners answered, in parts of all their answers: reckoned from numbers that were rounded before, and no others.

export const answered = ["answers_shared", "answers_nothing", "answers_ask_me", "answers_no"] as const;
export type Rates = { answers: number; each: number | null; parts: Record<(typeof answered)[number], number> };

/** Null where too little was answered to be told. `each`: answers to a request; `parts`: of a hundred answers. */
export function rates(told: Record<string, number>): Rates | null {
  const count = (kind: string) => told[kind] ?? 0;
  const answers = answered.reduce((sum, kind) => sum + count(kind), 0);
  if (!answers) return null;
  const parts = Object.fromEntries(answered.map((kind) => [kind, Math.round((100 * count(kind)) / answers)]));
  const requests = count("footage_requests");
  return { answers, each: requests ? Math.round((10 * answers) / requests) / 10 : null, parts: parts as Rates["parts"] };
}
