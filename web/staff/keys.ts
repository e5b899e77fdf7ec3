// One key, one deed; never while somebody types or answers a dialogue.

export type Keys = Record<string, () => void>;

/** Listens until the returned function is called. Keys are those of KeyboardEvent.key; space is "space", shift and a digit "shift+1". */
export function onKeys(keys: () => Keys): () => void {
  const listen = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target as Element;
    if (target.closest("input:not([type=range]), select, textarea, dialog, .leaflet-container")) return;
    // What shift makes of a digit depends on the keyboard.
    const digit = event.shiftKey && /^Digit[1-9]$/.test(event.code) ? `shift+${event.code.at(-1)}` : null;
    const key = digit ?? (event.key === " " ? "space" : event.key);
    // Space belongs to a focused button; rows of a list are told apart, there it plays.
    if (key === "space" && target.closest("button:not([data-row]), a")) return;
    const deed = keys()[key];
    if (!deed) return;
    event.preventDefault();
    deed();
  };
  addEventListener("keydown", listen);
  return () => removeEventListener("keydown", listen);
}
