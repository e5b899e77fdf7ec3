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
