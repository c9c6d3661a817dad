import { useLanguage, useText } from "../text/language";
import { word } from "../text/say";

const waits: [RegExp, string, string][] = [
  [/^validation of (.+)$/, "wait-validation", "file"],
  [/^the predictions of (.+)$/, "wait-predictions", "period"],
  [/^approval of (.+)$/, "wait-approval", "version"],
  [/^(.+) to be read$/, "wait-reading", "file"],
  [/^run (.+) to finish writing$/, "wait-writing", "run"],
];

/** Stages of a run as its log names them. */
export function useStage() {
  const t = useText();
  const { language } = useLanguage();
  const known = (text: string) => t.stage[text] ?? t.step[text];
  // What a run waits for, as its stage names it.
  const what = (text: string) => {
    for (const [pattern, code, name] of waits) {
      const of = pattern.exec(text);
      if (of) return word({ code, arguments: { [name]: of[1]! } }, language) ?? text;
    }
    return text;
  };
  return {
    /** Whether a line of the log begins a stage; others are notes on a step. */
    isStage: (text: string) => /^waits? for /.test(text) || known(text) !== undefined,
    nameOf: (text: string) => {
      const wait = /^waits? for (.*)$/.exec(text);
      return wait ? t.run.waits(what(wait[1]!)) : (known(text) ?? text);
    },
  };
}
