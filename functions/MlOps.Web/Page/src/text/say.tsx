import type { Sentence } from "../api/types";
import { type Language, Said, sentencesIn, useLanguage } from "./language";

/** A sentence of the server in a language; null where this page does not know its code. */
export function word(sentence: Pick<Sentence, "code" | "arguments"> & Partial<Sentence>, language: Language): string | null {
  const template = sentencesIn(language)[sentence.code];
  if (template === undefined) return null;
  return template.replace(/\{([a-z_]+)(?:\|([^{}|]*)\|([^{}|]*))?\}/g, (place, name: string, one: string | undefined, many: string | undefined, at: number) => {
    const part = sentence.parts?.[name];
    if (one !== undefined) return (sentence.arguments[name] === "1" ? one : many) ?? place;
    const text = (part ? word(part, language) : sentence.arguments[name]) ?? place;
    // A sentence within a sentence leaves its full stop to the outer one, where that goes on with one or closes a bracket.
    return /[.。)）]/.test(template.charAt(at + place.length)) ? text.replace(/(?<!\.)[.。]$/, "") : text;
  });
}

interface Words {
  said: Sentence | Sentence[] | null | undefined;
  /** The same in English, which stays where there is no code. */
  text: string;
  as?: "span" | "p" | "li";
  class?: string;
}

/** What the server says, worded in the reader's language by its code and arguments. */
export function Worded({ said, text, as: Tag = "span", class: name }: Words) {
  const { language } = useLanguage();
  const all = said === null || said === undefined ? [] : Array.isArray(said) ? said : [said];
  const words = all.map((s) => word(s, language));
  if (words.length === 0 || words.includes(null)) {
    return (
      <Said as={Tag} class={name}>
        {text}
      </Said>
    );
  }
  // A figure and its percent sign stay on one line.
  const sentence = words.join("").replace(/(\d) %/g, "$1\u00a0%");
  // Only a word begins a sentence with a capital: a file or a column keeps its name.
  return <Tag class={name}>{language === "en" && /^[a-z]+[ ,:]/.test(sentence) ? sentence.charAt(0).toUpperCase() + sentence.slice(1) : sentence}</Tag>;
}
