import { createContext, type ComponentChildren } from "preact";
import { useContext, useLayoutEffect, useState } from "preact/hooks";
import type { Texts } from "./en";

export type Language = "en" | "ja";

interface Words {
  /** The page's own. */
  texts: Texts;
  /** What the server says, by code. */
  sentences: Record<string, string>;
}

const words: Partial<Record<Language, Words>> = {};

/** Loads the words of a language, once. Only the one that is read is loaded. */
export async function load(language: Language): Promise<void> {
  if (words[language]) return;
  const [texts, sentences] = await (language === "ja"
    ? Promise.all([import("./ja").then((m): Texts => m.ja), import("sentences/ja")])
    : Promise.all([import("./en").then((m) => m.en), import("sentences/en")]));
  words[language] = { texts, sentences: sentences.default };
}

/** What the server says in a language that is loaded, by code. */
export const sentencesIn = (language: Language): Record<string, string> => words[language]?.sentences ?? {};

const kept = "mlops.language";

interface Chosen {
  language: Language;
  choose: (language: Language) => void;
}

const Context = createContext<Chosen>({ language: "en", choose: () => {} });

/** The language that was chosen before, else the browser's. */
export function first(): Language {
  try {
    const known = localStorage.getItem(kept);
    if (known === "en" || known === "ja") return known;
  } catch {
    // A browser that keeps nothing still shows the page.
  }
  return navigator.language.toLowerCase().startsWith("ja") ? "ja" : "en";
}

export function LanguageProvider({ children }: { children: ComponentChildren }) {
  const [language, setLanguage] = useState(first);
  useLayoutEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const choose = (next: Language) => {
    try {
      localStorage.setItem(kept, next);
    } catch {
      // Chosen until the page is left.
    }
    void load(next).then(() => setLanguage(next));
  };
  return <Context.Provider value={{ language, choose }}>{children}</Context.Provider>;
}

export const useLanguage = () => useContext(Context);

/** The page's words in the chosen language. */
export const useText = (): Texts => words[useContext(Context).language]!.texts;

/** What the server or a file says stays in its own words; the page says so to screen readers. */
export function Said({ children, as: Tag = "span", class: name }: { children: ComponentChildren; as?: "span" | "p" | "li"; class?: string }) {
  const { language } = useLanguage();
  return (
    <Tag class={name} lang={language === "en" ? undefined : "en"}>
      {children}
    </Tag>
  );
}
