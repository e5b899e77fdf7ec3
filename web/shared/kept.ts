// Small things remembered on this device. A browser that refuses to remember is no error.

export function kept<T>(key: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(`porchlight.${key}`);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
}

export function keep(key: string, value: unknown): void {
  try {
    if (value === null || value === undefined) localStorage.removeItem(`porchlight.${key}`);
    else localStorage.setItem(`porchlight.${key}`, JSON.stringify(value));
  } catch {
    // Private windows may refuse; the page works without.
  }
}

/** Forgets all that this site remembered on this device, but for how its pages look. */
export function forgetAll(): void {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith("porchlight.") && !["porchlight.language", "porchlight.theme"].includes(key)) localStorage.removeItem(key);
    }
    sessionStorage.clear();
  } catch {
    // As above.
  }
}
