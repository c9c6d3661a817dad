import { useMemo, useState } from "preact/hooks";
import { at } from "../api/client";
import type { DictionaryEntry } from "../api/types";
import { useLoad } from "../api/use-load";
import { Badge, Show, Table } from "../parts/parts";
import { SortHead, useSorted } from "../parts/sorting";
import { useFormat } from "../text/format";
import { useText } from "../text/language";

const shownFirst = 12;

type Key = "column" | "type" | "meaning" | "missing" | "first" | "transform" | "importance" | "psi";

/** Every column: what it means, what it holds, and what the model makes of it. */
export function Dictionary({ name }: { name: string }) {
  const t = useText();
  const loaded = useLoad<DictionaryEntry[]>(at.dictionary(name));
  return (
    <section class="card" aria-labelledby="dictionary-title">
      <Show of={loaded}>
        {(entries) =>
          entries.length === 0 ? (
            <>
              <h2 id="dictionary-title">{t.dictionary.title}</h2>
              <p class="quiet">{t.data.noFile}</p>
            </>
          ) : (
            <Columns name={name} of={entries} />
          )
        }
      </Show>
    </section>
  );
}

function Columns({ name, of }: { name: string; of: DictionaryEntry[] }) {
  const t = useText();
  const f = useFormat();
  const [text, setText] = useState("");
  const [all, setAll] = useState(false);
  const found = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    return of.filter((e) => `${e.column}\n${e.meaning ?? ""}`.toLowerCase().includes(wanted));
  }, [of, text]);
  const { sorted, ...sorting } = useSorted<DictionaryEntry, Key>(found, (e, key) => e[key]);
  const shown = all ? sorted : sorted.slice(0, shownFirst);
  return (
    <>
      <div class="card-head">
        <h2 id="dictionary-title">{t.dictionary.title}</h2>
        <label class="inline">
          <span>{t.data.search}</span>
          <input type="search" value={text} onInput={(e) => setText(e.currentTarget.value)} />
        </label>
        <a class="button" href={`${at.dictionary(name)}.csv`} download aria-label={t.data.downloadOf("dictionary.csv")}>
          CSV
        </a>
      </div>
      <p class="quiet">{t.dictionary.hint}</p>
      <Table label={t.dictionary.title} class="stacking sortable">
        <thead>
          <tr>
            <SortHead of="column" sorting={sorting}>{t.data.column}</SortHead>
            <SortHead of="meaning" sorting={sorting}>{t.dictionary.meaning}</SortHead>
            <SortHead of="type" sorting={sorting}>{t.data.type}</SortHead>
            <th scope="col">{t.data.range}</th>
            <SortHead of="missing" sorting={sorting} number>{t.data.missing}</SortHead>
            <SortHead of="first" sorting={sorting}>{t.dictionary.seen}</SortHead>
            <SortHead of="transform" sorting={sorting}>{t.dictionary.becomes}</SortHead>
            <SortHead of="importance" sorting={sorting} number>{t.drift.importance}</SortHead>
            <SortHead of="psi" sorting={sorting} number>PSI</SortHead>
          </tr>
        </thead>
        <tbody>
          {shown.map((e) => (
            <tr key={e.column}>
              <th scope="row">
                <code>{e.column}</code> {e.role !== "feature" && <span class="quiet small">{t.dictionary.role[e.role]}</span>}
              </th>
              <td data-label={t.dictionary.meaning}>
                {e.meaning ?? <span class="quiet">–</span>} {e.unit && <span class="quiet small">{e.unit}</span>}
              </td>
              <td data-label={t.data.type}>{e.type === null ? "–" : (t.create.kinds[e.type] ?? e.type)}</td>
              <td data-label={t.data.range}>{e.least !== null ? `${e.least} – ${e.greatest}` : e.categories !== null ? t.dictionary.texts(e.categories) : "–"}</td>
              <td class="number" data-label={t.data.missing}>{e.missing === null ? "–" : f.percent(e.missing)}</td>
              <td data-label={t.dictionary.seen}>{e.first === null ? "–" : e.first === e.last ? f.period(e.first) : `${f.period(e.first)} – ${f.period(e.last ?? e.first)}`}</td>
              <td data-label={t.dictionary.becomes}>{e.transform === null ? "–" : t.dictionary.made(t.dictionary.transform[e.transform] ?? e.transform, e.features)}</td>
              <td class="number" data-label={t.drift.importance}>{e.importance === null ? "–" : f.percent(e.importance)}</td>
              <td class="number nowrap" data-label="PSI">
                {f.value(e.psi)} {e.drifted && <Badge tone="warn">{t.drift.drifted}</Badge>}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
      {found.length === 0 && <p class="quiet">{t.data.noneFound}</p>}
      {found.length > shownFirst && (
        <p class="links">
          <button type="button" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? t.drift.fewer : t.drift.all(found.length)}
          </button>
        </p>
      )}
    </>
  );
}
