import { useMemo, useState } from "preact/hooks";
import { at, Problem } from "../api/client";
import type { AlertFacts, DriftSummary, Page, Performance } from "../api/types";
import { useLoad } from "../api/use-load";
import { Chart } from "../parts/chart";
import { Show } from "../parts/parts";
import { useFormat } from "../text/format";
import { useText } from "../text/language";
import { Alerts } from "./alerts";
import { DriftChart, DriftTable } from "./drift";

// Counts of rows say nothing about quality.
const isQuality = (name: string) => !/^(rows|true_|false_|positive_rate)/.test(name);

/** What must be looked at, quality and drift over the predicted periods; `since` changes when there is something new to load. */
export function Watch({ name, since }: { name: string; since: string }) {
  const alerts = useLoad<Page<AlertFacts>>(`${at.alerts(name)}?limit=100#${since}`);
  const performance = useLoad<Page<Performance>>(`${at.performance(name)}#${since}`);
  const drift = useLoad<DriftSummary>(`${at.drift(name)}#${since}`);
  // Nothing was watched yet: that is no failure.
  const unwatched = drift.is === "failed" && drift.error instanceof Problem && drift.error.status === 404;
  const summary = drift.is === "ready" ? drift.value : null;
  return (
    <>
      <Alerts name={name} alerts={alerts} drift={summary} performance={performance.is === "ready" ? performance.value.items : []} />
      <div class="columns">
        <Show of={performance} lines={4}>{(page) => <Quality of={page.items} />}</Show>
        {unwatched ? <DriftChart of={null} /> : <Show of={drift} lines={4}>{(of) => <DriftChart of={of} />}</Show>}
      </div>
      {summary && <DriftTable of={summary} />}
    </>
  );
}

function Quality({ of }: { of: Performance[] }) {
  const t = useText();
  const f = useFormat();
  const ordered = useMemo(() => [...of].reverse(), [of]);
  const names = useMemo(
    () => [...new Set(ordered.flatMap((p) => [...Object.keys(p.metrics.drop ?? {}), ...Object.keys(p.metrics.test ?? {})]))].filter(isQuality).sort(),
    [ordered],
  );
  const [chosen, choose] = useState<string>();
  const metric = chosen ?? ["auc", "rmse", "multi_logloss"].find((n) => names.includes(n)) ?? names[0];
  const label = (p: Performance) => f.period(p.period);
  return (
    <section class="card" aria-labelledby="quality-title">
      <div class="card-head">
        <h2 id="quality-title">{t.charts.quality}</h2>
        {names.length > 0 && (
          <label class="inline">
            <span>{t.charts.metric}</span>
            <select value={metric} onChange={(e) => choose(e.currentTarget.value)}>
              {names.map((n) => (
                <option key={n}>{n}</option>
              ))}
            </select>
          </label>
        )}
      </div>
      <p class="quiet">{t.charts.qualityHint}</p>
      {ordered.length < 2 || !metric ? (
        <p class="quiet">{t.charts.empty}</p>
      ) : (
        <Chart
          name={`${t.charts.quality}: ${metric}`}
          labels={ordered.map(label)}
          series={[
            { name: t.charts.measured, values: ordered.map((p) => p.metrics.drop?.[metric] ?? null), tone: "first" },
            { name: t.charts.test, values: ordered.map((p) => p.metrics.test?.[metric] ?? null), tone: "second" },
          ]}
        />
      )}
    </section>
  );
}
