// Which language the page speaks. `w()` is the catalogue in use; a page that reads it follows a switch.
import { keep, kept } from "../kept";
import { en, type Words } from "./en";
import { es } from "./es";

export const languages = { en: "English", es: "Español" } as const;
export type Language = keyof typeof languages;

const catalogues: Record<Language, Words> = { en, es };

export const language = $state<{ code: Language }>({ code: kept<Language | null>("language", null) ?? spoken() });
document.documentElement.lang = language.code;

export function w(): Words {
  return catalogues[language.code];
}

export function speak(code: Language): void {
  language.code = code;
  document.documentElement.lang = code;
  keep("language", code);
}

function spoken(): Language {
  return navigator.language.toLowerCase().startsWith("es") ? "es" : "en";
}
