import { useMemo, useState } from "preact/hooks";
import { Problem } from "../api/client";
import type { DecisionDocument, Metrics, ThresholdEffect } from "../api/types";
import { useLoad } from "../api/use-load";
import { useFormat } from "../text/format";
import { useText } from "../text/language";
import { Chart } from "./chart";
import { Facts, Show, Table } from "./parts";

/** Whether a model's scores let something be decided: two classes, and enough rows. */
export const decidable = (metrics: Metrics) => metrics.test?.auc !== undefined && (metrics.test.rows ?? 0) >= 30;

/** What a threshold does, to be tried: costs, recall, precision and share, with gain and lift by decile. `path` answers the document. */
export function Decide({ path }: { path: string }) {
  const loaded = useLoad<DecisionDocument>(path);
  // Not two classes, or no labels: there is nothing to decide, and nothing is wrong.
  if (loaded.is === "failed" && loaded.error instanceof Problem && loaded.error.status === 404) return null;
  return <Show of={loaded} lines={5}>{(of) => <Explorer key={of.modelVersion} of={of} />}</Show>;
}

function Explorer({ of }: { of: DecisionDocument }) {
  const t = useText();
  const f = useFormat();
  // Ascending, as a slider goes.
  const points = useMemo(() => [...of.thresholds].reverse(), [of]);
  const own = points.findIndex((p) => p.threshold === of.threshold);
  const [at, setAt] = useState(own);
  const [wrong, setWrong] = useState(of.falsePositiveCost);
  const [missed, setMissed] = useState(of.falseNegativeCost);
  const cost = (p: ThresholdEffect) => wrong * (p.predicted - p.found) + missed * (of.positives - p.found);
  const cheapest = points.reduce((best, p, i) => (cost(p) < cost(points[best]!) ? i : best), 0);
  const now = points[at]!;
  const present = points[own]!;
  const whose = of.part === "period" ? t.decide.ofPeriod(f.count(of.rows), f.period(of.period ?? "")) : t.decide.ofTest(f.count(of.rows));
  const compared = (value: string, before: string) => (at === own || value === before ? value : t.decide.insteadOf(value, before));
  return (
    <section class="card" aria-labelledby="decide-title">
      <h2 id="decide-title">{t.decide.title}</h2>
      <p class="quiet">
        {whose} <code>{of.modelVersion}</code>. {t.decide.apart(f.value(of.distance), f.value(of.distanceAt))}
      </p>
      <div class="explorer">
        <label class="field">
          <span>
            {t.decide.threshold} <output>{f.value(now.threshold)}</output> {at === own && <span class="quiet">{t.decide.own}</span>}
          </span>
          <input type="range" min={0} max={points.length - 1} value={at} aria-valuetext={`${f.value(now.threshold)}: ${t.decide.recall} ${f.percent(now.recall)}`} onInput={(e) => setAt(Number(e.currentTarget.value))} />
        </label>
        <Cost label={t.decide.falsePositive} value={wrong} set={setWrong} />
        <Cost label={t.decide.falseNegative} value={missed} set={setMissed} />
        <button type="button" disabled={at === cheapest} onClick={() => setAt(cheapest)}>
          {t.decide.cheapest}
        </button>
      </div>
      <div aria-live="polite">
        <Facts
          of={[
            [t.decide.predicted(of.positive), compared(`${f.count(now.predicted)} (${f.percent(now.share)})`, `${f.count(present.predicted)} (${f.percent(present.share)})`)],
            [t.decide.recall, compared(f.percent(now.recall), f.percent(present.recall))],
            [t.decide.precision, compared(now.precision === null ? "–" : f.percent(now.precision), present.precision === null ? "–" : f.percent(present.precision))],
            [t.decide.wrongly, f.count(now.predicted - now.found)],
            [t.decide.missed, f.count(of.positives - now.found)],
            [t.decide.cost, compared(f.value(cost(now)), f.value(cost(present)))],
          ]}
        />
      </div>
      <div class="columns">
        <div>
          <h3>{t.decide.effect}</h3>
          <Chart
            name={t.decide.effect}
            head={t.decide.threshold}
            fromZero
            labels={points.map((p) => f.value(p.threshold))}
            mark={at}
            series={[
              { name: t.decide.recall, values: points.map((p) => p.recall), tone: "first", bare: true },
              { name: t.decide.precision, values: points.map((p) => p.precision), tone: "second", bare: true },
              { name: t.decide.share, values: points.map((p) => p.share), tone: "third", bare: true },
            ]}
          />
        </div>
        <div>
          <h3>{t.decide.deciles}</h3>
          <Table label={t.decide.deciles}>
            <thead>
              <tr>
                <th scope="col" class="number">{t.decide.decile}</th>
                <th scope="col" class="number">{t.decide.scores}</th>
                <th scope="col" class="number">{t.decide.rate}</th>
                <th scope="col" class="number">{t.decide.lift}</th>
                <th scope="col" class="number">{t.decide.gain}</th>
              </tr>
            </thead>
            <tbody>
              {of.deciles.map((d) => (
                <tr key={d.number}>
                  <th scope="row" class="number">{d.number}</th>
                  <td class="number nowrap">{f.value(d.lowest)} – {f.value(d.highest)}</td>
                  <td class="number">{f.percent(d.rate)}</td>
                  <td class="number">{f.value(Math.round(d.lift * 100) / 100)}</td>
                  <td class="number">{f.percent(d.gain)}</td>
                </tr>
              ))}
            </tbody>
          </Table>
        </div>
      </div>
    </section>
  );
}

function Cost({ label, value, set }: { label: string; value: number; set: (value: number) => void }) {
  return (
    <label class="field">
      <span>{label}</span>
      <input type="number" min={0} step="any" value={value} onInput={(e) => Number.isFinite(e.currentTarget.valueAsNumber) && e.currentTarget.valueAsNumber >= 0 && set(e.currentTarget.valueAsNumber)} />
    </label>
  );
}
