import { useMemo, useState } from "preact/hooks";
import { at } from "../api/client";
import type { Drift, Page, Performance } from "../api/types";
import { useLoad } from "../api/use-load";
import { Chart } from "../parts/chart";
import { Show } from "../parts/parts";
import { useFormat } from "../text/format";
import { useText } from "../text/language";
import { Worded } from "../text/say";

// Counts of rows say nothing about quality.
const isQuality = (name: string) => !/^(rows|true_|false_|positive_rate)/.test(name);
const psiMost = (of: { psi: number | null }[]) => of.reduce((most, c) => Math.max(most, c.psi ?? 0), 0);

/** Quality and drift over the predicted periods; `since` changes when there is something new to load. */
export function Watch({ name, since }: { name: string; since: string }) {
  const performance = useLoad<Page<Performance>>(`${at.performance(name)}#${since}`);
  const drift = useLoad<Page<Drift>>(`${at.drift(name)}#${since}`);
  return (
    <>
      <div class="columns">
        <Show of={performance} lines={4}>{(page) => <Quality of={page.items} />}</Show>
        <Show of={drift} lines={4}>{(page) => <DriftChart of={page.items} />}</Show>
      </div>
      {drift.is === "ready" && <Alerts of={drift.value.items} />}
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

function DriftChart({ of }: { of: Drift[] }) {
  const t = useText();
  const f = useFormat();
  const ordered = useMemo(() => [...of].reverse(), [of]);
  return (
    <section class="card" aria-labelledby="drift-title">
      <div class="card-head">
        <h2 id="drift-title">{t.charts.drift}</h2>
      </div>
      <p class="quiet">{t.charts.driftHint}</p>
      {ordered.length < 2 ? (
        <p class="quiet">{t.charts.empty}</p>
      ) : (
        <Chart
          name={t.charts.drift}
          fromZero
          labels={ordered.map((d) => f.period(d.period))}
          series={[
            { name: t.charts.driftScore, values: ordered.map((d) => psiMost(d.document.scores)), tone: "first" },
            { name: t.charts.driftWorst, values: ordered.map((d) => psiMost(d.document.columns)), tone: "second" },
          ]}
        />
      )}
    </section>
  );
}

function Alerts({ of }: { of: Drift[] }) {
  const t = useText();
  const f = useFormat();
  const alerts = of.flatMap((d) => d.document.alerts.map((alert) => ({ ...alert, period: d.period }))).slice(0, 12);
  if (alerts.length === 0) return null;
  return (
    <section class="card" aria-labelledby="alerts-title">
      <h2 id="alerts-title">{t.alerts.title}</h2>
      <ul class="alerts">
        {alerts.map((a, i) => (
          <li key={i} class={a.kind}>
            <p>
              <strong>{t.alerts.kind[a.kind] ?? a.kind}</strong> <code>{a.subject}</code> <span class="quiet">{t.alerts.of(f.period(a.period))}</span>
            </p>
            <Worded as="p" said={a.said} text={a.cause} />
          </li>
        ))}
      </ul>
    </section>
  );
}
