// Small things remembered on this device, or in this tab until it closes. A browser that refuses to remember is no error.

type Where = "device" | "tab";
const shelf = (where: Where) => (where === "tab" ? sessionStorage : localStorage);

export function kept<T>(key: string, otherwise: T, where: Where = "device"): T {
  try {
    const text = shelf(where).getItem(`porchlight.${key}`);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
}

export function keep(key: string, value: unknown, where: Where = "device"): void {
  try {
    if (value === null || value === undefined) shelf(where).removeItem(`porchlight.${key}`);
    else shelf(where).setItem(`porchlight.${key}`, JSON.stringify(value));
  } catch {
    // Private windows may refuse; the page works without.
  }
}

/** Forgets what this tab remembered: whoever logs in next on it is somebody else. */
export function forgetTab(): void {
  try {
    sessionStorage.clear();
  } catch {
    // As above.
  }
}

/** Forgets all that this site remembered on this device, but for how its pages look. */
export function forgetAll(): void {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith("porchlight.") && !["porchlight.language", "porchlight.theme"].includes(key)) localStorage.removeItem(key);
    }
  } catch {
    // As above.
  }
  forgetTab();
}
