import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

// One program, one build: `vite build --mode resident|staff|public`. No build sees another's folder.
const parts = ["resident", "staff", "public"];
const here = (path: string) => decodeURIComponent(new URL(path, import.meta.url).pathname);

// A service worker governs what lies at or below its own address: so it has none with a hash.
const worker = {
  input: { index: here("./resident/index.html"), sw: here("./resident/worker/sw.ts") },
  output: { entryFileNames: ({ name }: { name: string }) => (name === "sw" ? "sw.js" : "assets/[name]-[hash].js") },
};

export default defineConfig(({ mode, command }) => {
  if (command === "build" && !parts.includes(mode)) throw new Error(`--mode must be one of ${parts.join(", ")}`);
  return {
    root: here(`./${mode}`),
    publicDir: here("./shared/static"),
    plugins: [svelte({ configFile: here("./svelte.config.js") })],
    build: {
      outDir: here(`./dist/${mode}`),
      emptyOutDir: true,
      target: "es2022",
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 400,
      rollupOptions: mode === "resident" ? worker : {},
    },
  };
});
