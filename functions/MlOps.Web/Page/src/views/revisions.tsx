import { useMemo, useState } from "preact/hooks";
import { at } from "../api/client";
import type { DefinitionRevision, Page } from "../api/types";
import { useLoad } from "../api/use-load";
import { difference } from "../parts/difference";
import { Badge, Show } from "../parts/parts";
import { useFormat } from "../text/format";
import { useText } from "../text/language";

/** Texts that were the definition, each held against the one before it, and the way back. */
export function Revisions({ name, since, take }: { name: string; since: string; take: (text: string) => void }) {
  const t = useText();
  const loaded = useLoad<Page<DefinitionRevision>>(`${at.pipeline(name)}/definition/history?limit=100#${since}`);
  return (
    <section class="card" aria-labelledby="revisions-title">
      <h2 id="revisions-title">{t.definition.history}</h2>
      <Show of={loaded}>
        {(list) =>
          list.items.length === 0 ? (
            <p class="quiet">{t.definition.noHistory}</p>
          ) : (
            <ul class="revisions">
              {list.items.map((r, i) => (
                <Revision key={r.sha256} of={r} before={list.items[i + 1] ?? null} take={take} />
              ))}
            </ul>
          )
        }
      </Show>
    </section>
  );
}

function Revision({ of: r, before, take }: { of: DefinitionRevision; before: DefinitionRevision | null; take: (text: string) => void }) {
  const t = useText();
  const f = useFormat();
  const [open, setOpen] = useState(false);
  const label = f.time(r.at);
  return (
    <li>
      <div class="revision-line">
        <p>
          <strong>{label}</strong> <span class="quiet">{r.who ?? t.definition.otherWay}</span> <code title={r.sha256}>{r.sha256.slice(0, 12)}</code> {r.isCurrent && <Badge tone="good">{t.definition.current}</Badge>}
        </p>
        <div class="links">
          <button type="button" aria-expanded={open} aria-label={t.definition.differenceOf(label)} onClick={() => setOpen(!open)}>
            {t.definition.difference}
          </button>
          {!r.isCurrent && (
            <button type="button" aria-label={t.definition.backTo(label)} onClick={() => take(r.text)}>
              {t.definition.back}
            </button>
          )}
        </div>
      </div>
      {open && <Difference from={before?.text ?? ""} to={r.text} />}
    </li>
  );
}

function Difference({ from, to }: { from: string; to: string }) {
  const t = useText();
  const lines = useMemo(() => difference(from, to), [from, to]);
  return (
    <pre class="difference" tabIndex={0} aria-label={t.definition.difference}>
      {lines.map((line, i) => (
        <span key={i} class={line.kind}>
          {line.kind === "added" ? "+ " : line.kind === "removed" ? "− " : "  "}
          {line.text}
          {"\n"}
        </span>
      ))}
    </pre>
  );
}
