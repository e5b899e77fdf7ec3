// Light or dark: as the system says, or as this device was told.
import { keep, kept } from "./kept";

export type Theme = "system" | "light" | "dark";

/** Sets the page's light, now and when the system changes its mind. */
export function light(start: Theme): void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const set = () => {
    const theme = kept<Theme>("theme", start);
    document.documentElement.dataset.theme = theme === "system" ? (system.matches ? "dark" : "light") : theme;
    dispatchEvent(new Event("porchlight:theme"));
  };
  system.addEventListener("change", set);
  addEventListener("porchlight:choose-theme", set);
  addEventListener("beforeprint", () => (document.documentElement.dataset.theme = "light")); // paper is
  addEventListener("afterprint", set);
  set();
}

export function chooseTheme(theme: Theme): void {
  keep("theme", theme);
  dispatchEvent(new Event("porchlight:choose-theme"));
}
