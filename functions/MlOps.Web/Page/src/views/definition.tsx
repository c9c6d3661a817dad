import { useEffect, useRef, useState } from "preact/hooks";
import { at } from "../api/client";
import { Problem } from "../api/client";
import type { Sentence } from "../api/types";
import { ErrorText, Failed, Loading } from "../parts/parts";
import { announce } from "../parts/announce";
import { useText } from "../text/language";
import { Worded } from "../text/say";
import { Revisions } from "./revisions";

interface Text {
  text: string;
  etag: string | null;
}

interface Check {
  valid: boolean;
  errors: { line: number; message: string; said?: Sentence | null }[];
}

/** The definition as text: read, checked, and saved only on what was read. */
export function Definition({ name }: { name: string }) {
  const t = useText();
  const address = `${at.pipeline(name)}/definition`;
  const [read, setRead] = useState<Text>();
  const [text, setText] = useState("");
  const [error, setError] = useState<unknown>();
  const [check, setCheck] = useState<Check>();
  const [refused, setRefused] = useState<unknown>();
  const editor = useRef<HTMLTextAreaElement>(null);

  const load = async () => {
    setError(undefined);
    try {
      const response = await fetch(address);
      if (!response.ok && response.status !== 404) throw new Problem(response.status, "", response.statusText, null);
      const now = response.ok ? { text: await response.text(), etag: response.headers.get("ETag") } : { text: "", etag: null };
      setRead(now);
      setText(now.text);
    } catch (e) {
      setError(e);
    }
  };
  useEffect(() => void load(), [name]);

  const send = async (path: string, method: string, headers: Record<string, string> = {}) => {
    setRefused(undefined);
    setCheck(undefined);
    try {
      const response = await fetch(path, { method, body: text, headers: { "Content-Type": "application/yaml", ...headers } });
      if (response.ok) return response;
      const body = (await response.json()) as { title?: string; detail?: string; next?: string; said?: Sentence; nextSaid?: Sentence; errors?: { line: number; message: string; said?: Sentence | null }[] };
      if (body.errors) setCheck({ valid: false, errors: body.errors });
      else setRefused(new Problem(response.status, body.title ?? "", body.detail ?? "", body.next ?? null, body.said ?? null, body.nextSaid ?? null));
    } catch (e) {
      setRefused(e);
    }
    return null;
  };

  const save = async () => {
    const response = await send(address, "PUT", read?.etag ? { "If-Match": read.etag } : { "If-None-Match": "*" });
    if (response) {
      setRead({ text, etag: response.headers.get("ETag") });
      announce(t.definition.saved);
    }
  };

  if (error !== undefined) return <Failed error={error} reload={() => void load()} />;
  if (!read) return <Loading lines={6} />;
  return (
    <>
      <section class="card" aria-labelledby="definition-title">
        <h2 id="definition-title">{t.definition.title}</h2>
        <p class="quiet">{read.etag ? t.definition.hint : t.definition.first}</p>
        <label class="field">
          <span class="unseen">{t.definition.text}</span>
          <textarea ref={editor} rows={Math.min(30, Math.max(12, text.split("\n").length + 1))} spellcheck={false} value={text} onInput={(e) => setText(e.currentTarget.value)} />
        </label>
        <div role="status">
          {check?.valid && <p class="notice good">{t.definition.valid}</p>}
          {check && !check.valid && (
            <div class="notice bad">
              <p class="notice-title">{t.definition.invalid}</p>
              <ul>
                {check.errors.map((e, i) => (
                  <li key={i}>
                    {t.definition.at(e.line)}: <Worded said={e.said ?? null} text={e.message} />
                  </li>
                ))}
              </ul>
            </div>
          )}
          {refused !== undefined && (
            <div class="notice bad">
              <ErrorText error={refused} />
            </div>
          )}
        </div>
        <div class="links">
          <button type="button" onClick={async () => setCheck((await (await send(`${address}/validate`, "POST"))?.json()) as Check | undefined)}>
            {t.definition.check}
          </button>
          <button type="button" class="primary" disabled={text === read.text} onClick={save}>
            {t.definition.save}
          </button>
        </div>
      </section>
      <Revisions name={name} since={read.etag ?? ""} take={(old) => (setText(old), setCheck(undefined), announce(t.definition.taken), editor.current?.focus())} />
    </>
  );
}
