import { useMemo, useState } from "preact/hooks";
import type { DriftedColumn, DriftSummary } from "../api/types";
import { Chart } from "../parts/chart";
import { Badge, Table } from "../parts/parts";
import { SortHead, useSorted } from "../parts/sorting";
import { Sparkline } from "../parts/sparkline";
import { useFormat } from "../text/format";
import { useText } from "../text/language";
import { Worded } from "../text/say";

const shownFirst = 12;

/** How far the data moved over the periods. */
export function DriftChart({ of }: { of: DriftSummary | null }) {
  const t = useText();
  const f = useFormat();
  return (
    <section class="card" aria-labelledby="drift-title">
      <div class="card-head">
        <h2 id="drift-title">{t.charts.drift}</h2>
      </div>
      <p class="quiet">{t.charts.driftHint}</p>
      {!of || of.periods.length < 2 ? (
        <p class="quiet">{t.charts.empty}</p>
      ) : (
        <Chart
          name={t.charts.drift}
          fromZero
          labels={of.periods.map((p) => f.period(p.period))}
          series={[
            { name: t.charts.driftScore, values: of.periods.map((p) => p.scorePsi), tone: "first" },
            { name: t.charts.driftWorst, values: of.periods.map((p) => p.worstPsi), tone: "second" },
          ]}
        />
      )}
    </section>
  );
}

type Key = "column" | "drifted" | "psi" | "jensenShannon" | "missing" | "importance";

const valueOf = (c: DriftedColumn, key: Key) => (key === "missing" ? c.currentMissing : c[key]);

/** The verdict on the newest period, and its columns in a table that the reader orders. */
export function DriftTable({ of }: { of: DriftSummary }) {
  const t = useText();
  const f = useFormat();
  const [text, setText] = useState("");
  const [all, setAll] = useState(false);
  const found = useMemo(() => of.columns.filter((c) => c.column.toLowerCase().includes(text.trim().toLowerCase())), [of, text]);
  const { sorted, ...sorting } = useSorted<DriftedColumn, Key>(found, valueOf);
  const shown = all ? sorted : sorted.slice(0, shownFirst);
  return (
    <section class="card" aria-labelledby="columns-title">
      <div class="card-head">
        <h2 id="columns-title">{t.drift.title(f.period(of.period))}</h2>
        <label class="inline">
          <span>{t.data.search}</span>
          <input type="search" value={text} onInput={(e) => setText(e.currentTarget.value)} />
        </label>
      </div>
      <p class={`verdict ${of.verdict.level}`}>
        <Worded said={of.verdict.said} text="" />
      </p>
      <p class="quiet small">
        {t.drift.rows(f.count(of.currentRows), f.count(of.referenceRows))}
        {of.earlierYears.length > 0 && ` ${t.drift.months(of.earlierYears)}`}
      </p>
      <Table label={t.drift.title(f.period(of.period))} class="stacking sortable">
        <thead>
          <tr>
            <SortHead of="column" sorting={sorting}>{t.data.column}</SortHead>
            <SortHead of="drifted" sorting={sorting} number>{t.drift.drifted}</SortHead>
            <SortHead of="psi" sorting={sorting} number>PSI</SortHead>
            <th scope="col">{t.drift.over}</th>
            <SortHead of="jensenShannon" sorting={sorting} number>Jensen-Shannon</SortHead>
            <SortHead of="missing" sorting={sorting} number>{t.data.missing}</SortHead>
            <SortHead of="importance" sorting={sorting} number>{t.drift.importance}</SortHead>
          </tr>
        </thead>
        <tbody>
          {shown.map((c) => (
            <tr key={`${c.kind}/${c.column}`}>
              <th scope="row">
                {c.kind === "score" ? t.drift.scores(c.column) : <code>{c.column}</code>} {c.kind === "category" && <span class="quiet small">{t.drift.category}</span>}
              </th>
              <td class="number" data-label={t.drift.drifted}>
                {c.drifted ? <Badge tone="warn">{t.drift.yes}</Badge> : <span class="quiet">{c.sameMonthOf === null ? t.drift.no : t.drift.season}</span>}
                {c.sameMonthOf !== null && <span class="quiet small block">{(c.drifted ? t.drift.besideToo : t.drift.like)(c.sameMonthOf)}</span>}
              </td>
              <td class="number" data-label="PSI">{f.value(c.psi)}</td>
              <td><Sparkline of={c.over} /></td>
              <td class="number" data-label="Jensen-Shannon">{f.value(c.jensenShannon)}</td>
              <td class="number nowrap" data-label={t.data.missing}>{c.referenceMissing === 0 && c.currentMissing === 0 ? "–" : `${f.percent(c.referenceMissing)} → ${f.percent(c.currentMissing)}`}</td>
              <td class="number" data-label={t.drift.importance}>{c.kind === "score" ? "–" : f.percent(c.importance)}</td>
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
    </section>
  );
}
