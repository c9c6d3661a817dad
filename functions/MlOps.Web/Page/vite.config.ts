import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const sentencesFile = fileURLToPath(new URL("../../MlOps.Pipeline/Wording/sentences.json", import.meta.url));

// The server's sentences in one language, so that nobody loads those of the other.
const sentences: Plugin = {
  name: "sentences",
  resolveId: (id) => (id.startsWith("sentences/") ? `\0${id}` : undefined),
  load(id) {
    if (!id.startsWith("\0sentences/")) return undefined;
    this.addWatchFile(sentencesFile);
    const all = JSON.parse(readFileSync(sentencesFile, "utf8")) as Record<string, Record<string, string>>;
    const language = id.slice("\0sentences/".length);
    return `export default ${JSON.stringify(Object.fromEntries(Object.entries(all).map(([code, words]) => [code, words[language]])))}`;
  },
};

export default defineConfig({
  base: "./",
  plugins: [sentences],
  build: {
    target: "es2022",
    // Everything comes from files of its own: the page's policy forbids what is inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
});
