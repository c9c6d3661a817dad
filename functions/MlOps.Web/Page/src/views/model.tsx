import { useState } from "preact/hooks";
import { at } from "../api/client";
import type { FileFacts, ModelCard, Page } from "../api/types";
import { useLoad } from "../api/use-load";
import { Chart } from "../parts/chart";
import { Curve } from "../parts/curve";
import { decidable, Decide } from "../parts/decide";
import { Badge, Facts, Show, Table } from "../parts/parts";
import { Promote } from "../parts/promote";
import { Tags } from "../parts/tags";
import { to } from "../router";
import { useFormat } from "../text/format";
import { useText } from "../text/language";
import { Worded } from "../text/say";
import { Releases } from "./releases";

const parts = ["train", "valid", "test"];
const columnsFirst = 15;

/** Everything about one model. */
export function Model({ name, version }: { name: string; version: string }) {
  const t = useText();
  const loaded = useLoad<ModelCard>(at.card(name, version));
  return (
    <>
      <div class="head">
        <p class="crumbs">
          <a href={to.overview()}>{t.overview.title}</a> <a href={to.pipeline(name)}>{name}</a> <a href={to.tab(name, "models")}>{t.models.title}</a>
        </p>
        <div class="title">
          <h1 tabIndex={-1}>{t.model.title(version)}</h1>
          {loaded.is === "ready" && loaded.value.aliases.map((a) => <Badge key={a} tone={a === "champion" ? "good" : "calm"}>{t.model.alias[a] ?? a}</Badge>)}
        </div>
      </div>
      {loaded.is === "ready" && <Tags path={`${at.model(name, version)}/tags`} tags={loaded.value.tags} note={loaded.value.note} changed={loaded.reload} />}
      <Show of={loaded} lines={8}>{(card) => <Card name={name} of={card} reload={loaded.is === "loading" ? () => {} : loaded.reload} />}</Show>
    </>
  );
}

function Card({ name, of: card, reload }: { name: string; of: ModelCard; reload: () => void }) {
  const t = useText();
  const f = useFormat();
  const [asks, setAsks] = useState(false);
  const m = card.model;
  return (
    <>
      <section class="card" aria-labelledby="facts-title">
        <div class="title">
          <h2 id="facts-title">{t.run.facts}</h2>
          <div class="links">
            {card.champion && card.champion !== m.version && <a class="button" href={to.compare(name, [card.champion, m.version])}>{t.model.compare}</a>}
            {card.champion !== m.version && (
              <button type="button" onClick={() => setAsks(true)}>
                {t.models.promote}
              </button>
            )}
          </div>
        </div>
        <Facts
          of={[
            [t.model.trainedBy, <a href={to.run(m.runId)}>{t.periods.runOf(f.period(m.period))}</a>],
            [t.models.learned, t.models.learnedUpTo(m.history.length)],
            [t.model.rounds, f.count(m.bestIteration)],
            [t.decide.threshold, f.value(m.threshold)],
            [t.model.classes, m.classes.length > 0 ? m.classes.join(", ") : "–"],
            [t.model.definition, <code title={m.definitionHash}>{m.definitionHash.slice(0, 12)}</code>],
            [t.model.program, <code>{m.codeVersion}</code>],
          ]}
        />
        {card.verdict && (
          <p class={card.refused ? "verdict some" : "verdict"}>
            {t.models.verdict}: <Worded said={card.verdict.said} text={card.verdict.text} />
          </p>
        )}
        {asks && <Promote name={name} version={m.version} refused={card.refused ? card.verdict : null} close={() => setAsks(false)} changed={reload} />}
      </section>
      <Quality of={card} />
      <Periods of={card} />
      <Curves of={card} />
      {decidable(m.metrics) && <Decide path={`${at.model(name, m.version)}/decisions`} />}
      <Columns of={card} />
      <Parameters of={card} />
      <Lineage of={card} />
      <Downloads name={name} version={m.version} />
      <Releases of={card.releases} />
    </>
  );
}

function Quality({ of: card }: { of: ModelCard }) {
  const t = useText();
  const f = useFormat();
  const metrics = card.model.metrics;
  const names = [...new Set(parts.flatMap((p) => Object.keys(metrics[p] ?? {})))].sort();
  return (
    <section class="card" aria-labelledby="metrics-title">
      <h2 id="metrics-title">{t.run.metrics}</h2>
      <p class="quiet">{t.model.ownRows(f.count(metrics.test?.rows ?? 0))}</p>
      <Table label={t.run.metrics} class="stacking">
        <thead>
          <tr>
            <th scope="col">{t.run.metric}</th>
            {parts.map((p) => <th key={p} scope="col" class="number">{t.run.parts[p]}</th>)}
            <th scope="col" class="number">{t.model.interval}</th>
          </tr>
        </thead>
        <tbody>
          {names.map((n) => {
            const interval = card.evaluation.intervals[n];
            return (
              <tr key={n}>
                <th scope="row">{n}</th>
                {parts.map((p) => <td key={p} class="number" data-label={t.run.parts[p]}>{f.value(metrics[p]?.[n])}</td>)}
                <td class="number nowrap" data-label={interval ? t.model.interval : undefined}>{interval ? `${f.value(interval.low)} … ${f.value(interval.high)}` : ""}</td>
              </tr>
            );
          })}
        </tbody>
      </Table>
    </section>
  );
}

/** How its predictions turned out, as far as labels are known. */
function Periods({ of: card }: { of: ModelCard }) {
  const t = useText();
  const f = useFormat();
  const metric = card.periods[0]?.metric;
  const ordered = [...card.periods].reverse();
  return (
    <section class="card" aria-labelledby="by-period-title">
      <h2 id="by-period-title">{t.model.byPeriod}</h2>
      {card.periods.length === 0 ? (
        <p class="quiet">{t.model.noPeriods}</p>
      ) : (
        <>
          {ordered.length > 1 && (
            <Chart
              name={`${t.model.byPeriod}: ${metric}`}
              labels={ordered.map((p) => f.period(p.period))}
              series={[
                { name: t.charts.measured, values: ordered.map((p) => p.value), tone: "first" },
                { name: t.charts.test, values: ordered.map(() => card.model.metrics.test?.[metric!] ?? null), tone: "second" },
              ]}
              tableless
            />
          )}
          <Table label={t.model.byPeriod} class="stacking">
            <thead>
              <tr>
                <th scope="col">{t.periods.period}</th>
                <th scope="col" class="number">{metric}</th>
                <th scope="col" class="number">{t.run.interval}</th>
                <th scope="col" class="number">{t.model.labelled}</th>
              </tr>
            </thead>
            <tbody>
              {card.periods.map((p) => (
                <tr key={`${p.period}/${p.revision}`}>
                  <th scope="row">{f.period(p.period)} {p.revision > 1 && <span class="quiet small">{t.periods.revision(p.revision)}</span>}</th>
                  <td class="number" data-label={metric}>{f.value(p.value)}</td>
                  <td class="number nowrap" data-label={t.run.interval}>{p.low === null ? "–" : `${f.value(p.low)} … ${f.value(p.high)}`}</td>
                  <td class="number" data-label={t.model.labelled}>{f.count(p.metrics.rows ?? 0)}</td>
                </tr>
              ))}
            </tbody>
          </Table>
        </>
      )}
    </section>
  );
}

function Curves({ of: card }: { of: ModelCard }) {
  const t = useText();
  const f = useFormat();
  const e = card.evaluation;
  if (e.roc.length === 0) return null;
  const rows = f.count(card.model.metrics.test?.rows ?? 0);
  const at = [...e.roc].reverse().find((p) => p.threshold >= e.threshold) ?? e.roc[0]!;
  const pr = [...e.precisionRecall].reverse().find((p) => p.threshold >= e.threshold);
  const share = e.confusion.length === 2 ? (e.confusion[1]![0]! + e.confusion[1]![1]!) / e.confusion.flat().reduce((a, b) => a + b, 0) : 0;
  const top = Math.max(0.05, ...e.calibration.map((c) => Math.max(c.predicted, c.observed))) * 1.05;
  return (
    <section class="card" aria-labelledby="curves-title">
      <h2 id="curves-title">{t.model.curves}</h2>
      <p class="quiet">{t.model.curvesHint(rows, f.value(e.threshold))}</p>
      <div class="curves">
        <figure>
          <figcaption>{t.model.roc}</figcaption>
          <Curve label={t.model.rocLabel(f.value(card.model.metrics.test?.auc))} x={t.model.falsePositives} y={t.model.truePositives} points={e.roc.map((p) => [p.x, p.y])} beside={[[0, 0], [1, 1]]} mark={[at.x, at.y]} />
        </figure>
        <figure>
          <figcaption>{t.model.precisionRecall}</figcaption>
          <Curve label={t.model.precisionRecall} x={t.decide.recall} y={t.decide.precision} points={e.precisionRecall.map((p) => [p.x, p.y])} beside={[[0, share], [1, share]]} mark={pr && [pr.x, pr.y]} />
        </figure>
        <figure>
          <figcaption>{t.model.calibration}</figcaption>
          <Curve label={t.model.calibration} x={t.model.meanScore} y={t.model.observed} points={e.calibration.map((c) => [c.predicted, c.observed])} beside={[[0, 0], [top, top]]} top={top} />
        </figure>
      </div>
    </section>
  );
}

/** The columns that it goes by. */
function Columns({ of: card }: { of: ModelCard }) {
  const t = useText();
  const f = useFormat();
  const [all, setAll] = useState(false);
  const used = card.columns.filter((c) => c.share > 0);
  if (used.length === 0) return null;
  const most = used[0]!.share;
  return (
    <section class="card" aria-labelledby="columns-title">
      <h2 id="columns-title">{t.model.columns}</h2>
      <p class="quiet">{t.model.columnsHint(used.length, card.columns.length)}</p>
      <ul class="timings names" aria-label={t.model.columns}>
        {(all ? used : used.slice(0, columnsFirst)).map((c) => (
          <li key={c.column}>
            <span class="timing-name"><code>{c.column}</code></span>
            <svg class="timing-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
              <rect class="rail" width="100" height="8" />
              <rect class="ran" width={Math.max(0.6, (100 * c.share) / most)} height="8" />
            </svg>
            <span class="timing-value">{f.percent(c.share)}</span>
          </li>
        ))}
      </ul>
      {used.length > columnsFirst && (
        <p class="links">
          <button type="button" aria-expanded={all} onClick={() => setAll(!all)}>{all ? t.drift.fewer : t.drift.all(used.length)}</button>
        </p>
      )}
    </section>
  );
}

function Parameters({ of: card }: { of: ModelCard }) {
  const t = useText();
  return (
    <section class="card" aria-labelledby="parameters-title">
      <h2 id="parameters-title">{t.run.parameters}</h2>
      <Facts of={Object.entries(card.model.parameters).map(([name, value]) => [name, <code>{value}</code>])} />
    </section>
  );
}

function Lineage({ of: card }: { of: ModelCard }) {
  const t = useText();
  const f = useFormat();
  return (
    <section class="card" aria-labelledby="lineage-title">
      <h2 id="lineage-title">{t.model.lineage}</h2>
      <Table label={t.model.lineage} class="stacking">
        <thead>
          <tr>
            <th scope="col">{t.periods.period}</th>
            <th scope="col">{t.run.file}</th>
            <th scope="col" class="number">{t.model.revision}</th>
            <th scope="col">SHA-256</th>
          </tr>
        </thead>
        <tbody>
          {card.model.history.map((h) => (
            <tr key={`${h.period}/${h.revision}`}>
              <th scope="row">{f.period(h.period)}</th>
              <td><code>{h.blobName}</code></td>
              <td class="number" data-label={t.model.revision}>{h.revision}</td>
              <td><code title={h.sha256}>{h.sha256.slice(0, 16)}…</code></td>
            </tr>
          ))}
        </tbody>
      </Table>
    </section>
  );
}

function Downloads({ name, version }: { name: string; version: string }) {
  const t = useText();
  const f = useFormat();
  const files = useLoad<Page<FileFacts>>(`${at.model(name, version)}/files`);
  return (
    <section class="card" aria-labelledby="downloads-title">
      <h2 id="downloads-title">{t.model.downloads}</h2>
      <p class="links">
        <a class="button" href={`${at.model(name, version)}/mlflow.zip`} download>{t.model.mlflow}</a>
        <a class="button" href={`${at.model(name, version)}/model.onnx`} download>ONNX</a>
      </p>
      <Show of={files}>
        {(list) => (
          <ul class="files">
            {list.items.map((file) => (
              <li key={file.name}>
                <a href={file.path} download>{file.name}</a> <span class="quiet small">{f.bytes(file.length)}</span>
              </li>
            ))}
          </ul>
        )}
      </Show>
    </section>
  );
}
