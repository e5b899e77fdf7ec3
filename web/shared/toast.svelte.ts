// One short note at the bottom of the page, perhaps with a way back.

export type Note = { text: string; undo?: () => void; until: number };

export const toast = $state<{ note: Note | null }>({ note: null });
let away: ReturnType<typeof setTimeout> | undefined;

/** Shows a note for `ms`; `undo` adds the button. A later note takes the place of an earlier one. */
export function tell(text: string, { undo, ms = undo ? 60_000 : 5_000 }: { undo?: () => void; ms?: number } = {}): void {
  clearTimeout(away);
  toast.note = { text, undo, until: Date.now() + ms };
  away = setTimeout(hush, ms);
}

export function hush(): void {
  clearTimeout(away);
  toast.note = null;
}
