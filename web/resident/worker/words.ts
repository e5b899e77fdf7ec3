// What a notification says, in the language that its reader chose when they asked for alerts.

export type Push = {
  kind: "new" | "corrected" | "gone" | "test" | "summary";
  language: "en" | "es";
  post?: string;
  category?: string;
  block?: string;
  title?: string;
  new?: number;
  corrected?: number;
};

const words = {
  en: {
    category: { crime: "Crime", suspicious: "Suspicious", safety: "Safety", animal: "Animal", lost_found: "Lost and found", kindness: "Kindness", other: "Other" } as Record<string, string>,
    corrected: "Corrected",
    gone: { title: "Taken back", body: "A post you were told of is no longer there." },
    test: { title: "This is how alerts come", body: "You asked for a test." },
    fresh: (n: number) => (n === 1 ? "1 new post near you" : `${n} new posts near you`),
    changed: (n: number) => (n === 1 ? "1 post was corrected" : `${n} posts were corrected`),
  },
  es: {
    category: { crime: "Delito", suspicious: "Sospechoso", safety: "Seguridad", animal: "Animal", lost_found: "Perdido y hallado", kindness: "Buen gesto", other: "Otro" } as Record<string, string>,
    corrected: "Corregido",
    gone: { title: "Retirada", body: "Una publicación de la que le avisamos ya no está." },
    test: { title: "Así llegan los avisos", body: "Usted pidió una prueba." },
    fresh: (n: number) => (n === 1 ? "1 publicación nueva cerca" : `${n} publicaciones nuevas cerca`),
    changed: (n: number) => (n === 1 ? "1 publicación fue corregida" : `${n} publicaciones fueron corregidas`),
  },
};

export function told(push: Push): { title: string; body: string } {
  const say = words[push.language] ?? words.en;
  if (push.kind === "gone" || push.kind === "test") return say[push.kind];
  if (push.kind === "summary") {
    const lines = [push.new && say.fresh(push.new), push.corrected && say.changed(push.corrected)].filter(Boolean);
    return { title: "Porchlight", body: lines.join(". ") };
  }
  const where = `${say.category[push.category ?? ""] ?? say.category.other} · ${push.block}`;
  return { title: push.kind === "corrected" ? `${say.corrected}: ${where}` : where, body: push.title ?? "" };
}
