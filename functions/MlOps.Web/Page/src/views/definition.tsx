import { useEffect, useRef, useState } from "preact/hooks";
import { at, Problem } from "../api/client";
import type { DefinitionCheck, DefinitionError, Sentence } from "../api/types";
import { announce } from "../parts/announce";
import { Editor } from "../parts/editor";
import { ErrorText, Failed, Loading } from "../parts/parts";
import { useText } from "../text/language";
import { Revisions } from "./revisions";

interface Text {
  text: string;
  etag: string | null;
}

/** The definition as text: read, checked, and saved only on what was read. */
export function Definition({ name }: { name: string }) {
  const t = useText();
  const address = `${at.pipeline(name)}/definition`;
  const [read, setRead] = useState<Text>();
  const [text, setText] = useState("");
  const [error, setError] = useState<unknown>();
  const [check, setCheck] = useState<Pick<DefinitionCheck, "valid" | "errors">>();
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
      const body = (await response.json()) as { title?: string; detail?: string; next?: string; said?: Sentence; nextSaid?: Sentence; errors?: DefinitionError[] };
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
        <Editor text={text} set={setText} errors={check?.errors} editor={editor} />
        <div role="status">
          {check?.valid && <p class="notice good">{t.definition.valid}</p>}
          {refused !== undefined && (
            <div class="notice bad">
              <ErrorText error={refused} />
            </div>
          )}
        </div>
        <div class="links">
          <button type="button" onClick={async () => setCheck((await (await send(`${address}/validate`, "POST"))?.json()) as DefinitionCheck | undefined)}>
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
