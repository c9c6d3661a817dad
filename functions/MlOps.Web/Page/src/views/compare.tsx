import type { ComponentChildren } from "preact";
import { at } from "../api/client";
import type { ModelsComparison, RunsComparison, SameRowsOfMany } from "../api/types";
import { useLoad } from "../api/use-load";
import { Beside, differing, type Line } from "../parts/beside";
import { Chart } from "../parts/chart";
import { Show } from "../parts/parts";
import { to } from "../router";
import { useFormat } from "../text/format";
import { useText } from "../text/language";
import { Worded } from "../text/say";

/** Any number of a pipeline's models, held against the first. */
export function CompareModels({ name, versions }: { name: string; versions: string[] }) {
  const t = useText();
  const loaded = useLoad<ModelsComparison>(at.compareModels(name, versions));
  return (
    <>
      <Head title={t.compare.models(versions.length)}>
        <a href={to.overview()}>{t.overview.title}</a> <a href={to.pipeline(name)}>{name}</a> <a href={to.tab(name, "models")}>{t.models.title}</a>
      </Head>
      <Show of={loaded} lines={6}>
        {(all) => {
          const heads = all.models.map((m) => ({ key: m.version, name: <a href={to.model(name, m.version)}><code>{m.version}</code></a>, label: m.version }));
          const first = (version: string) => to.compare(name, [version, ...versions.filter((v) => v !== version)]);
          return (
            <>
              <Same of={all.sameRows} first={first} verdicts={all.verdicts.map((v) => v && <Worded said={v.said} text={v.reason} />)} />
              <OverPeriods of={all} />
              <Parameters heads={heads} of={all.parameters} alike={all.alike} />
              <Own heads={heads} metrics={all.metrics} hint={t.compare.own_rows_hint} directions={{}} />
            </>
          );
        }}
      </Show>
    </>
  );
}

/** Any number of runs, of one pipeline or of several. */
export function CompareRuns({ runs }: { runs: string[] }) {
  const t = useText();
  const f = useFormat();
  const loaded = useLoad<RunsComparison>(at.compareRuns(runs));
  return (
    <>
      <Head title={t.compare.runs(runs.length)}>
        <a href={to.runs()}>{t.runs.title}</a>
      </Head>
      <Show of={loaded} lines={6}>
        {(all) => {
          const periods = all.facts.period ?? [];
          const heads = all.runIds.map((id, i) => ({ key: id, name: <a href={to.run(id)}>{periods[i] ? f.period(periods[i]) : id}</a>, label: periods[i] ? f.period(periods[i]) : id }));
          return (
            <>
              <section class="card" aria-labelledby="facts-title">
                <h2 id="facts-title">{t.run.facts}</h2>
                <Beside label={t.run.facts} head={t.runs.run} heads={heads} lines={[
                  { name: t.run.id, cells: all.runIds.map((id) => <code>{id}</code>) },
                  { name: t.compare.model, cells: all.versions.map((v) => (v ? <code>{v}</code> : "–")) },
                  ...Object.entries(all.facts).filter(([name]) => name !== "period").map(([name, values]) => ({ name: t.compare.fact[name] ?? name, cells: values.map((v) => (name === "state" && v ? f.state(v) : (v ?? "–"))) })),
                ]} />
              </section>
              {all.problem ? (
                <section class="card" aria-labelledby="same-rows">
                  <h2 id="same-rows">{t.compare.same_rows}</h2>
                  <Worded as="p" said={all.problem} text="" />
                </section>
              ) : (
                all.models && <Same of={all.models} />
              )}
              <RunsOverPeriods of={all} periods={periods} />
              <Parameters heads={heads} of={all.parameters} alike={all.alike} />
              <Own heads={heads} metrics={all.metrics} hint={t.compare.runs_rows_hint} directions={all.higherIsBetter} open />
            </>
          );
        }}
      </Show>
    </>
  );
}

function Head({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="head">
      <p class="crumbs">{children}</p>
      <h1 tabIndex={-1}>{title}</h1>
    </div>
  );
}

/** Models on the same rows: the only figures whose difference speaks of the models. A mark stands only where resamples of the rows tell them apart. */
function Same({ of: same, first, verdicts }: { of: SameRowsOfMany; first?: (version: string) => string; verdicts?: ComponentChildren[] }) {
  const t = useText();
  const f = useFormat();
  const signed = (n: number) => `${n > 0 ? "+" : ""}${f.value(n)}`;
  const names = Object.keys(same.metrics).sort((a, b) => {
    const [x, y] = [same.metrics[a]!, same.metrics[b]!];
    return Number(b === same.metric) - Number(a === same.metric) || Number(differing(y.values)) - Number(differing(x.values)) || Number(x.higherIsBetter === null) - Number(y.higherIsBetter === null) || a.localeCompare(b);
  });
  const heads = same.versions.map((version, i) => ({
    key: version,
    label: version,
    name: (
      <>
        <code>{version}</code>
        <span class="block small quiet">{i === 0 ? t.compare.first : first && <a href={first(version)}>{t.compare.against_this}<span class="unseen"> {version}</span></a>}</span>
      </>
    ),
  }));
  const lines: Line[] = names.map((name) => {
    const m = same.metrics[name]!;
    return {
      name,
      higherIsBetter: m.higherIsBetter,
      cells: m.values.map((value, i) => {
        const d = m.differences[i];
        return (
          <>
            {f.value(value)}
            {d && d.value !== 0 && <span class="block small quiet nowrap">{signed(d.value)}</span>}
            {d && d.low !== null && <span class="block small quiet nowrap">{`${signed(d.low)} … ${signed(d.high!)}`}</span>}
            {d && d.isBetter !== null && <span class={`block small mark ${d.isBetter ? "up" : "down"}`}>{d.isBetter ? `▲ ${t.compare.better}` : `▼ ${t.compare.worse}`}</span>}
          </>
        );
      }),
    };
  });
  if (verdicts?.some(Boolean)) lines.push({ name: t.compare.gate, cells: verdicts.map((v) => <span class="wraps small">{v || "–"}</span>) });
  return (
    <section class="card" aria-labelledby="same-rows">
      <h2 id="same-rows">{t.compare.same_rows}</h2>
      {same.problem ? (
        <Worded as="p" said={same.problem} text={same.problem.code} />
      ) : (
        <>
          <p class="quiet">{t.compare.same_rows_hint(f.count(same.rows), same.periods.map(f.period).join(", "))}</p>
          <Beside label={t.compare.same_rows} head={t.run.metric} heads={heads} lines={lines} />
          <p class="quiet small">{t.compare.interval_hint(f.count(same.resamples), same.metric ?? "", f.count(same.rows), same.versions.length)}</p>
        </>
      )}
    </section>
  );
}

function OverPeriods({ of }: { of: ModelsComparison }) {
  const t = useText();
  const f = useFormat();
  if (!of.metric || of.periods.length < 2) return null;
  return (
    <section class="card" aria-labelledby="over-periods">
      <div class="card-head">
        <h2 id="over-periods">{t.compare.over_periods(of.metric)}</h2>
        <span class="quiet">{of.higherIsBetter ? t.compare.higher : t.compare.lower}</span>
      </div>
      <p class="quiet">{t.compare.over_periods_hint}</p>
      <Chart name={t.compare.over_periods(of.metric)} labels={of.periods.map((p) => f.period(p.period))}
        series={of.models.map((m, i) => ({ name: m.version, values: of.periods.map((p) => p.values[i] ?? null), tone: "first", place: i }))} />
    </section>
  );
}

/** What each run measured on its own period and test rows, in the order of the periods. */
function RunsOverPeriods({ of, periods }: { of: RunsComparison; periods: (string | null)[] }) {
  const t = useText();
  const f = useFormat();
  const name = ["auc", "multi_logloss", "l2", "rmse", "l1"].find((n) => of.metrics[`test/${n}`] || of.metrics[`drop/${n}`]);
  if (!name || new Set(periods).size < 2 || new Set(of.pipelines).size > 1) return null;
  const order = periods.map((_, i) => i).sort((a, b) => (periods[a] ?? "").localeCompare(periods[b] ?? ""));
  const values = (part: string) => order.map((i) => of.metrics[`${part}/${name}`]?.[i] ?? null);
  return (
    <section class="card" aria-labelledby="over-periods">
      <h2 id="over-periods">{t.compare.over_periods(name)}</h2>
      <Chart name={t.compare.over_periods(name)} labels={order.map((i) => f.period(periods[i] ?? "–"))}
        series={[{ name: t.charts.measured, values: values("drop"), tone: "first" }, { name: t.charts.test, values: values("test"), tone: "second" }]} />
    </section>
  );
}

type Heads = { key: string; name: ComponentChildren; label: string }[];

/** What each was measured with on rows of its own: no difference is formed of these. */
function Own({ heads, metrics, hint, directions, open }: { heads: Heads; metrics: Record<string, (number | null)[]>; hint: string; directions: Record<string, boolean | null>; open?: boolean }) {
  const t = useText();
  const f = useFormat();
  const part = (name: string) => {
    const [first, ...rest] = name.split("/");
    return `${t.run.parts[first!] ?? first} · ${rest.join("/")}`;
  };
  const order = ["drop", "test", "valid", "train"];
  const names = Object.keys(metrics).sort((a, b) => order.indexOf(a.split("/")[0]!) - order.indexOf(b.split("/")[0]!) || Number(differing(metrics[b]!)) - Number(differing(metrics[a]!)) || a.localeCompare(b));
  if (names.length === 0) return null;
  return (
    <section class="card" aria-labelledby="own-rows">
      <details open={open}>
        <summary id="own-rows">{t.compare.own_rows}</summary>
        <p class="quiet">{hint}</p>
        <Beside label={t.compare.own_rows} head={t.run.metric} heads={heads} lines={names.map((name) => ({ name: part(name), higherIsBetter: directions[name], cells: metrics[name]!.map((v) => f.value(v)) }))} />
      </details>
    </section>
  );
}

function Parameters({ heads, of, alike }: { heads: Heads; of: Record<string, (string | null)[]>; alike: number }) {
  const t = useText();
  const parameters = Object.entries(of);
  return (
    <section class="card" aria-labelledby="all-parameters">
      <h2 id="all-parameters">{t.compare.parameters}</h2>
      {parameters.length > 0 && <Beside label={t.compare.parameters} head={t.run.parameters} heads={heads} lines={parameters.map(([name, values]) => ({ name, cells: values.map((v) => v ?? "–") }))} />}
      <p class="quiet">{parameters.length === 0 ? t.compare.same : t.compare.alike(alike)}</p>
    </section>
  );
}
