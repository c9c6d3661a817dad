import { useEffect, useRef, useState } from "preact/hooks";
import { at, draft as askDraft, putDefinition, upload, validate } from "../api/client";
import type { DefinitionError, DraftedDefinition } from "../api/types";
import { announce } from "../parts/announce";
import { Editor } from "../parts/editor";
import { Badge, ErrorText, Facts, Loading, Table } from "../parts/parts";
import { to } from "../router";
import { useFormat } from "../text/format";
import { useLanguage, useText } from "../text/language";
import { Worded } from "../text/say";

// A draft looks at so much of a file; the whole of it is sent at the start.
const looked = 8 << 20;

/** From a file to a pipeline: what is in it, a definition that it suggests, and the start. Nothing is kept before the start. */
export function NewPipeline() {
  const t = useText();
  const { language } = useLanguage();
  const [file, setFile] = useState<File>();
  const [name, setName] = useState("");
  const [label, setLabel] = useState("");
  const [id, setId] = useState("");
  const [drafted, setDrafted] = useState<DraftedDefinition>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);

  const look = async (of: File, as: string, chosen: { label: string; id: string }) => {
    setBusy(true);
    setError(undefined);
    try {
      const found = await askDraft(as, of.name, chosen.label, chosen.id, language, await beginning(of));
      setDrafted(found);
      setLabel(found.label);
      setId(found.id ?? "");
    } catch (e) {
      setError(e);
    }
    setBusy(false);
  };
  const take = (of: File) => {
    const as = nameOf(of.name);
    setFile(of);
    setName(as);
    setDrafted(undefined);
    void look(of, as, { label: "", id: "" });
  };
  return (
    <>
      <div class="head">
        <p class="crumbs">
          <a href={to.overview()}>{t.overview.title}</a>
        </p>
        <h1 tabIndex={-1}>{t.create.title}</h1>
        <p class="quiet">{t.create.lead}</p>
      </div>
      <Choose take={take} />
      {busy && !drafted && <Loading lines={5} />}
      {error !== undefined && (
        <div class="notice bad" role="alert">
          <p class="notice-title">{t.create.notDrafted(file?.name ?? "")}</p>
          <ErrorText error={error} />
        </div>
      )}
      {file && drafted && (
        <>
          <Columns file={file} of={drafted} label={label} id={id} busy={busy} choose={(chosen) => void look(file, name, chosen)} />
          <Start key={drafted.text} file={file} of={drafted} name={name} rename={setName} />
        </>
      )}
    </>
  );
}

function Choose({ take }: { take: (file: File) => void }) {
  const t = useText();
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const first = (files: FileList | null | undefined) => files?.[0] && take(files[0]);
  return (
    <section class="card" aria-labelledby="choose-title">
      <div class={over ? "drop over" : "drop"} onDragOver={(e) => (e.preventDefault(), setOver(true))} onDragLeave={() => setOver(false)} onDrop={(e) => (e.preventDefault(), setOver(false), first(e.dataTransfer?.files))}>
        <svg viewBox="0 0 24 24" aria-hidden="true" class="drop-icon">
          <path d="M12 15V4m0 0L7.5 8.5M12 4l4.5 4.5M4 15v3a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-3" />
        </svg>
        <div>
          <h2 id="choose-title">{over ? t.create.over : t.create.file}</h2>
          <p class="quiet" id="choose-hint">{t.create.fileHint}</p>
        </div>
        <button type="button" class="primary" aria-describedby="choose-hint" onClick={() => input.current?.click()}>
          {t.create.choose}
        </button>
        <input ref={input} type="file" hidden aria-label={t.create.choose} accept=".csv,.tsv,.txt,.gz,text/csv" onChange={(e) => (first(e.currentTarget.files), (e.currentTarget.value = ""))} />
      </div>
    </section>
  );
}

interface ColumnsOf {
  file: File;
  of: DraftedDefinition;
  label: string;
  id: string;
  busy: boolean;
  choose: (chosen: { label: string; id: string }) => void;
}

/** What the file holds, with what is to be predicted and what names the rows, to be corrected by hand. */
function Columns({ file, of, label, id, busy, choose }: ColumnsOf) {
  const t = useText();
  const f = useFormat();
  const names = of.columns.map((c) => c.name);
  const leaks = of.columns.filter((c) => c.why?.said?.code === "draft-gives-away");
  const select = (title: string, value: string, none: string | null, changed: (name: string) => void) => (
    <label class="inline">
      <span>{title}</span>
      <select value={value} disabled={busy} onChange={(e) => changed(e.currentTarget.value)}>
        {none !== null && <option value="">{none}</option>}
        {names.map((n) => (
          <option key={n} value={n}>{n}</option>
        ))}
      </select>
    </label>
  );
  return (
    <section class="card" aria-labelledby="columns-title" aria-busy={busy}>
      <h2 id="columns-title">{t.create.found(file.name)}</h2>
      <Facts of={[[t.run.rows, f.count(of.rows)], [t.create.columns, f.count(names.length)], [t.create.task, t.create.tasks[of.task] ?? of.task], [t.data.size, f.bytes(file.size)]]} />
      {file.size > looked && <p class="quiet">{t.create.beginningOnly(f.bytes(looked))}</p>}
      {of.errors > 0 && (
        <p class="notice bad">
          {t.create.unread(f.count(of.errors))} <span lang="en">{of.firstError}</span>
        </p>
      )}
      {leaks.length > 0 && <p class="notice bad">{t.create.leaks(leaks.map((c) => c.name).join(", "))}</p>}
      <p class="links">
        {select(t.create.label, label, null, (n) => choose({ label: n, id: n === id ? "" : id }))}
        {select(t.create.id, id, t.create.noId, (n) => n !== "" && choose({ label, id: n }))}
        {of.labelGuessed && <span class="quiet">{t.create.guessed}</span>}
      </p>
      <Table label={t.create.columns} class="stacking">
        <thead>
          <tr>
            <th scope="col">{t.data.column}</th>
            <th scope="col">{t.data.type}</th>
            <th scope="col" class="number">{t.data.missing}</th>
            <th scope="col">{t.create.use}</th>
            <th scope="col">{t.create.example}</th>
          </tr>
        </thead>
        <tbody>
          {of.columns.slice(0, 300).map((c, i) => (
            <tr key={c.name}>
              <th scope="row"><code>{c.name}</code></th>
              <td data-label={t.data.type}>{t.create.kinds[c.kind] ?? c.kind}</td>
              <td class="number" data-label={t.data.missing}>{f.count(c.missing)}</td>
              <td data-label={t.create.use}>
                <Badge tone={c.use === "excluded" ? "calm" : c.use === "feature" ? "good" : "live"}>{t.create.uses[c.use] ?? c.use}</Badge> {c.why && <Worded class="small" said={c.why.said} text={c.why.text} />}
              </td>
              <td class="quiet small" data-label={t.create.example}>{[...new Set(of.first.map((row) => row[i] ?? ""))].filter(Boolean).slice(0, 3).join(" · ")}</td>
            </tr>
          ))}
        </tbody>
      </Table>
      {names.length > 300 && <p class="quiet">{t.data.moreErrors(names.length - 300)}</p>}
      <details>
        <summary>{t.create.firstRows}</summary>
        <Table label={t.create.firstRows}>
          <thead>
            <tr>
              {names.slice(0, 60).map((n) => (
                <th scope="col" key={n}>{n}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {of.first.map((row, i) => (
              <tr key={i}>
                {row.slice(0, 60).map((cell, j) => (
                  <td key={j}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </Table>
      </details>
    </section>
  );
}

/** The definition, checked as it is written, and the start: definition saved, then the whole file dropped. */
function Start({ file, of, name, rename }: { file: File; of: DraftedDefinition; name: string; rename: (name: string) => void }) {
  const t = useText();
  const [text, setText] = useState(of.text);
  const [errors, setErrors] = useState<DefinitionError[]>([]);
  const [refused, setRefused] = useState<unknown>();
  const [sent, setSent] = useState<number>();
  const saved = useRef<string>(undefined);

  // Checked a moment after the last key.
  useEffect(() => {
    if (!/^[A-Za-z0-9]/.test(name)) return;
    const stop = new AbortController();
    const timer = setTimeout(() => void validate(name, text, stop.signal).then((check) => setErrors(check.errors), () => {}), 400);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text, name]);

  const start = async () => {
    setRefused(undefined);
    setSent(0);
    try {
      // What was saved before a broken upload is this page's own, and stays.
      if (saved.current !== `${name}\n${text}`) {
        await putDefinition(name, text);
        saved.current = `${name}\n${text}`;
      }
      await upload(at.drop(name, file.name.endsWith(".gz") ? "initial.csv.gz" : "initial.csv"), file, setSent);
      announce(t.create.started(name));
      location.hash = to.pipeline(name);
    } catch (e) {
      setRefused(e);
      setSent(undefined);
    }
  };
  return (
    <section class="card" aria-labelledby="definition-title">
      <h2 id="definition-title">{t.definition.title}</h2>
      <p class="quiet">{t.create.definitionHint}</p>
      <label class="field">
        <span>{t.create.name}</span>
        <input type="text" value={name} maxLength={63} spellcheck={false} onInput={(e) => rename(e.currentTarget.value)} />
      </label>
      <Editor text={text} set={setText} errors={errors} />
      {refused !== undefined && (
        <div class="notice bad" role="alert">
          <p class="notice-title">{saved.current ? t.create.savedNotSent : t.create.notStarted}</p>
          <ErrorText error={refused} />
        </div>
      )}
      {sent !== undefined && <progress value={sent} max={1} aria-label={t.drop.sending(file.name, Math.round(sent * 100))} />}
      <p class="links">
        <button type="button" class="primary" disabled={sent !== undefined || errors.length > 0 || name === ""} onClick={() => void start()}>
          {t.create.start}
        </button>
        <span class="quiet">{t.create.startHint}</span>
      </p>
    </section>
  );
}

// What a pipeline may be called, as far as the file's name says it.
function nameOf(file: string): string {
  const clean = file.replace(/\.(gz|csv|tsv|txt)$/i, "").replace(/\.(csv|tsv|txt)$/i, "").replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^[-_]+|[-_]+$/g, "");
  return /^(initial|\d{8})?$/.test(clean) ? "pipeline" : clean.slice(0, 50);
}

/** The rows at the beginning of a file, up to the end of a line; a packed file as it is. */
async function beginning(file: File): Promise<Blob> {
  if (file.size <= looked || /\.gz$/i.test(file.name)) return file;
  const bytes = new Uint8Array(await file.slice(0, looked).arrayBuffer());
  const end = bytes.lastIndexOf(10);
  return file.slice(0, end > 0 ? end + 1 : looked);
}
