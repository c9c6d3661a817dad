import { useMemo, useState } from "preact/hooks";
import type { RunDocument, Trial } from "../api/types";
import { Chart } from "../parts/chart";
import { Table } from "../parts/parts";
import { useFormat } from "../text/format";
import { useText } from "../text/language";
import { Worded } from "../text/say";

const perPage = 20;

/** The search for parameters: a point for each trial, and a table of them, a page at a time. */
export function Trials({ of: document }: { of: RunDocument }) {
  const t = useText();
  const f = useFormat();
  const [page, setPage] = useState(0);
  const trials = document.trials;
  // The objective is a loss or a score as the leaderboard's metric is.
  const higher = document.leaderboard?.higherIsBetter ?? false;
  const best = useMemo(() => bestOf(trials, higher), [trials, higher]);
  const ordered = useMemo(() => [...trials].sort((a, b) => Number(b === best) - Number(a === best) || a.number - b.number), [trials, best]);
  const last = Math.ceil(trials.length / perPage) - 1;
  return (
    <section class="card" aria-labelledby="trials-title">
      <div class="card-head">
        <h2 id="trials-title">{t.run.trials}</h2>
        <span class="quiet">{t.run.trialsHint(trials.length)}</span>
      </div>
      {document.searchEnded && <Worded as="p" class="quiet" said={document.searchEndedSaid} text={document.searchEnded} />}
      <Chart
        name={t.run.trialChart}
        labels={trials.map((trial) => `${t.run.trial} ${trial.number}`)}
        series={[
          { name: t.run.objective, values: trials.map((trial) => trial.value ?? null), tone: "second", points: true },
          { name: t.run.best, values: running(trials, higher), tone: "first" },
        ]}
        tableless
      />
      <Table label={t.run.trials} class="stacking">
        <thead>
          <tr>
            <th scope="col">{t.run.trial}</th>
            <th scope="col" class="number">{t.run.objective}</th>
            <th scope="col">{t.run.parameters}</th>
          </tr>
        </thead>
        <tbody>
          {ordered.slice(page * perPage, (page + 1) * perPage).map((trial) => (
            <tr key={trial.number} class={trial === best ? "marked" : undefined}>
              <th scope="row" class="nowrap">
                {trial.number} {trial === best && <span class="badge good">{t.run.best}</span>}
              </th>
              <td class="number">{trial.value === null || trial.value === undefined ? trial.state.toLowerCase() : f.value(trial.value)}</td>
              <td class="parameters">
                {Object.entries(trial.parameters).map(([name, value]) => (
                  <span key={name} class="nowrap">
                    {name} <code>{typeof value === "number" ? f.value(value) : String(value)}</code>
                  </span>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
      {last > 0 && (
        <nav class="pager" aria-label={t.run.trials}>
          <button type="button" disabled={page === 0} onClick={() => setPage(page - 1)}>
            {t.less}
          </button>
          <span aria-live="polite">{t.pageNumber(page + 1)}</span>
          <button type="button" disabled={page === last} onClick={() => setPage(page + 1)}>
            {t.more}
          </button>
        </nav>
      )}
    </section>
  );
}

const better = (a: number, b: number, higher: boolean) => (higher ? a > b : a < b);

function bestOf(trials: Trial[], higher: boolean): Trial | undefined {
  let best: Trial | undefined;
  for (const trial of trials) {
    if (typeof trial.value === "number" && (typeof best?.value !== "number" || better(trial.value, best.value, higher))) best = trial;
  }
  return best;
}

function running(trials: Trial[], higher: boolean): (number | null)[] {
  let best: number | null = null;
  return trials.map((trial) => {
    if (typeof trial.value === "number" && (best === null || better(trial.value, best, higher))) best = trial.value;
    return best;
  });
}
