import { createContext, type ComponentChildren } from "preact";
import { useContext, useLayoutEffect, useState } from "preact/hooks";
import { en, type Texts } from "./en";
import { ja } from "./ja";

export type Language = "en" | "ja";

const texts: Record<Language, Texts> = { en, ja };
const kept = "mlops.language";

interface Chosen {
  language: Language;
  choose: (language: Language) => void;
}

const Context = createContext<Chosen>({ language: "en", choose: () => {} });

function first(): Language {
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
    setLanguage(next);
  };
  return <Context.Provider value={{ language, choose }}>{children}</Context.Provider>;
}

export const useLanguage = () => useContext(Context);

/** The page's words in the chosen language. */
export const useText = (): Texts => texts[useContext(Context).language];

/** What the server or a file says stays in its own words; the page says so to screen readers. */
export function Said({ children, as: Tag = "span", class: name }: { children: ComponentChildren; as?: "span" | "p" | "li"; class?: string }) {
  const { language } = useLanguage();
  return (
    <Tag class={name} lang={language === "en" ? undefined : "en"}>
      {children}
    </Tag>
  );
}
