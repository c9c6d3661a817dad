import { useText } from "../text/language";

/** Stages of a run as its log names them. */
export function useStage() {
  const t = useText();
  const known = (text: string) => t.stage[text] ?? t.step[text];
  return {
    /** Whether a line of the log begins a stage; others are notes on a step. */
    isStage: (text: string) => /^waits? for /.test(text) || known(text) !== undefined,
    nameOf: (text: string) => {
      const wait = /^waits? for (.*)$/.exec(text);
      return wait ? t.run.waits(wait[1]!) : (known(text) ?? text);
    },
  };
}
