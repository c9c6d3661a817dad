import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { DefinitionError } from "../api/types";
import { Said, useText } from "../text/language";
import { Worded } from "../text/say";
import { keysAt, type Schema, schemaAt } from "./yaml-place";

interface EditorOf {
  text: string;
  set: (text: string) => void;
  errors?: DefinitionError[];
  editor?: RefObject<HTMLTextAreaElement | null>;
}

/** A definition as text. Beside it: what the schema says of the key at the caret, and the errors, each with a way to its line. */
export function Editor({ text, set, errors, editor }: EditorOf) {
  const t = useText();
  const own = useRef<HTMLTextAreaElement>(null);
  const area = editor ?? own;
  const [line, setLine] = useState(0);
  const moved = () => setLine((area.current?.value.slice(0, area.current.selectionStart).split("\n").length ?? 1) - 1);
  const go = (to: number) => {
    const box = area.current;
    if (!box) return;
    const lines = box.value.split("\n");
    const at = lines.slice(0, to - 1).reduce((sum, l) => sum + l.length + 1, 0);
    box.focus();
    box.setSelectionRange(at, at + (lines[to - 1]?.length ?? 0));
    box.scrollTop = (box.scrollHeight / lines.length) * Math.max(0, to - 4);
    setLine(to - 1);
  };
  return (
    <>
      <label class="field">
        <span class="unseen">{t.definition.text}</span>
        <textarea ref={area} rows={Math.min(30, Math.max(12, text.split("\n").length + 1))} spellcheck={false} value={text} aria-describedby="definition-help"
          onInput={(e) => (set(e.currentTarget.value), moved())} onKeyUp={moved} onClick={moved} onFocus={moved} />
      </label>
      <Help text={text} line={line} />
      {errors && errors.length > 0 && (
        <div class="notice bad" role="alert">
          <p class="notice-title">{t.definition.invalid}</p>
          <ul>
            {errors.map((e, i) => (
              <li key={i}>
                {e.line > 0 ? (
                  <button type="button" class="link" onClick={() => go(e.line)}>
                    {t.definition.at(e.line)}
                  </button>
                ) : (
                  t.definition.at(e.line)
                )}
                : <Worded said={e.said ?? null} text={e.message} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

/** What the schema says of the key on a line. It is loaded with the first editor. */
function Help({ text, line }: { text: string; line: number }) {
  const t = useText();
  const [schema, setSchema] = useState<Schema>();
  useEffect(() => {
    let gone = false;
    void import("../../../../MlOps.Pipeline/Definitions/definition.schema.json").then((loaded) => !gone && setSchema((loaded as { default: unknown }).default as Schema), () => {});
    return () => {
      gone = true;
    };
  }, []);
  const keys = keysAt(text, line);
  const found = schema && keys.length > 0 ? schemaAt(schema, keys) : null;
  const word = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  return (
    <div class="help small" id="definition-help" aria-live="polite">
      {found ? (
        <>
          <p>
            <code>{keys.join(": ")}</code> {found.description ? <Said>{found.description}</Said> : !found.enum && !found.type && <span class="quiet">{t.definition.noHelp}</span>}
          </p>
          {(found.enum || found.type || found.default !== undefined || found.minimum !== undefined || found.maximum !== undefined) && (
            <p class="quiet">
              {found.enum ? t.definition.oneOf(found.enum.map(word).join(", ")) : found.type ? <code>{[found.type].flat().join(" | ")}</code> : null}{" "}
              {(found.minimum !== undefined || found.maximum !== undefined) && t.definition.range(found.minimum === undefined ? "" : word(found.minimum), found.maximum === undefined ? "" : word(found.maximum))}{" "}
              {found.default !== undefined && t.definition.byDefault(word(found.default))}
            </p>
          )}
        </>
      ) : (
        <p class="quiet">{keys.length > 0 && schema ? t.definition.unknownKey(keys[keys.length - 1]!) : t.definition.helpHint}</p>
      )}
    </div>
  );
}
