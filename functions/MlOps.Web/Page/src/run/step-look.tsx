import { useState } from "preact/hooks";
import { at, getText } from "../api/client";
import type { StepDetails, StepFile } from "../api/types";
import { useLoad } from "../api/use-load";
import { ErrorText, Facts, Show } from "../parts/parts";
import { useFormat } from "../text/format";
import { useText } from "../text/language";

const factsMost = 60;
const listMost = 12;
const lookMost = 2 << 20;
const shownMost = 60_000;

/** What a step read, found and decided, and made. */
export function StepLook({ run, stepKey, name }: { run: string; stepKey: string; name: string }) {
  const t = useText();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="link" aria-expanded={open} aria-label={`${t.run.stepLook}: ${name} ${stepKey}`} onClick={() => setOpen(!open)}>
        {t.run.stepLook}
      </button>
      {open && <Known run={run} stepKey={stepKey} />}
    </>
  );
}

function Known({ run, stepKey }: { run: string; stepKey: string }) {
  const t = useText();
  const f = useFormat();
  const loaded = useLoad<StepDetails>(at.step(run, stepKey));
  return (
    <Show of={loaded} lines={3}>
      {(step) => (
        <div class="step-look">
          <h4>{t.run.stepRead}</h4>
          <ul class="plain">
            {step.read.map((r) => (
              <li key={r.name}>
                <code>{r.name}</code>{" "}
                {r.file ? (r.step ? t.run.stepReadOf(r.file, t.step[r.step.split("-")[0]!] ?? r.step) : t.run.stepReadFile(r.file)) : <span class="quiet">{t.run.stepReadSetting}</span>}{" "}
                <code class="small quiet">{r.sha256.slice(0, 12)}</code>
              </li>
            ))}
          </ul>
          <h4>{t.run.stepFound}</h4>
          <Found of={step.result} />
          <h4>{t.run.stepMade}</h4>
          {step.files.length === 0 ? (
            <p class="quiet">{t.none}</p>
          ) : (
            <ul class="plain">
              {step.files.map((file) => (
                <Made key={file.name} of={file} />
              ))}
            </ul>
          )}
          <p class="quiet small">{t.run.stepTook(f.seconds(step.outcome.seconds), step.version)}</p>
        </div>
      )}
    </Show>
  );
}

/** The step's result, a line for each value; what is long stays in the files. */
function Found({ of }: { of: unknown }) {
  const t = useText();
  const f = useFormat();
  const lines = flat(of);
  const word = (value: unknown) => (typeof value === "number" ? f.value(value) : value === null ? "–" : String(value));
  if (lines.length === 0) return <p class="quiet">{t.none}</p>;
  return (
    <>
      <Facts of={lines.slice(0, factsMost).map(([name, value]) => [name, Array.isArray(value) ? value.map(word).join(", ") : word(value)])} />
      {lines.length > factsMost && <p class="quiet">{t.data.moreErrors(lines.length - factsMost)}</p>}
    </>
  );
}

// Names of what is inside of what, with dots between; sentences and long lists by their length alone.
function flat(of: unknown, name = ""): [string, unknown][] {
  if (Array.isArray(of)) {
    const plain = of.every((v) => v === null || typeof v !== "object");
    return [[name, plain && of.length <= listMost ? of : `(${of.length})`]];
  }
  if (of !== null && typeof of === "object") {
    return Object.entries(of).flatMap(([key, value]) => (/said$/i.test(key) ? [] : flat(value, name ? `${name}.${key}` : key)));
  }
  return name === "" ? [] : [[name, of]];
}

function Made({ of: file }: { of: StepFile }) {
  const t = useText();
  const f = useFormat();
  const [text, setText] = useState<string>();
  const [error, setError] = useState<unknown>();
  const readable = /\.(json|csv|txt|md|yaml|log)$/.test(file.name) && file.length <= lookMost;
  const look = async () => {
    setError(undefined);
    try {
      setText(text === undefined ? spread(file.name, await getText(file.path)) : undefined);
    } catch (e) {
      setError(e);
    }
  };
  return (
    <li>
      <a href={file.path} download={file.name}>
        {file.name}
      </a>{" "}
      <span class="quiet small">{f.bytes(file.length)}</span>{" "}
      {readable && (
        <button type="button" class="link" aria-expanded={text !== undefined} aria-label={t.run.lookInto(file.name)} onClick={() => void look()}>
          {t.run.look}
        </button>
      )}
      {error !== undefined && <ErrorText error={error} />}
      {text !== undefined && (
        <pre class="look" tabIndex={0} aria-label={file.name}>
          {text.length > shownMost ? `${text.slice(0, shownMost)}…` : text}
        </pre>
      )}
    </li>
  );
}

function spread(name: string, text: string): string {
  if (!name.endsWith(".json")) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 1);
  } catch {
    return text;
  }
}
