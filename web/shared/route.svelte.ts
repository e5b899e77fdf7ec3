// Where the page is: plain paths, the history of the browser, nothing else.

export const route = $state({ path: location.pathname });

/** Goes to a path of ours; `replace` leaves no step behind. */
export function go(path: string, { replace = false } = {}): void {
  if (path !== location.pathname) {
    history[replace ? "replaceState" : "pushState"](null, "", path);
    route.path = path;
  }
  if (!replace) scrollTo(0, 0);
}

/** The last part of a path under `prefix`, or null: `under("/posts/")` of `/posts/abc` is `abc`. */
export function under(prefix: string): string | null {
  if (!route.path.startsWith(prefix)) return null;
  const rest = route.path.slice(prefix.length);
  try {
    return decodeURIComponent(rest) || null;
  } catch {
    return rest; // no address of ours: nothing is there, and the page says so
  }
}

/** Makes links inside the page go without loading it again. */
export function catchLinks(): void {
  addEventListener("popstate", () => (route.path = location.pathname));
  addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = (event.target as Element | null)?.closest?.("a");
    if (!link || link.origin !== location.origin || link.target || link.hasAttribute("download")) return;
    event.preventDefault();
    go(link.pathname);
  });
}
