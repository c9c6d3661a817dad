import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { at } from "../api/client";
import type { LiveRun, RunDetails, Sentence } from "../api/types";
import { announce } from "../parts/announce";
import { useNow } from "../parts/clock";
import { decidable, Decide } from "../parts/decide";
import { DropZone } from "../parts/drop-zone";
import { Facts, Show, StateBadge } from "../parts/parts";
import { Tags } from "../parts/tags";
import { to } from "../router";
import { useFormat } from "../text/format";
import { Said, useText } from "../text/language";
import { Worded } from "../text/say";
import { Findings } from "../views/findings";
import { type Followed, useRun } from "./follow";
import { Approval } from "./approval";
import { Graph } from "./graph";
import { Backtested, Expected, Leaderboard, Measures, VerdictCard } from "./results";
import { asking, graphOf } from "./steps";
import { Steer } from "./steer";
import { Search } from "./search";
import { Spans } from "./spans";
import { TimeLeft } from "./time-left";
import { Trials } from "./trials";

export function Run({ id }: { id: string }) {
  const t = useText();
  const followed = useRun(id);
  if (followed.loaded.is === "ready") return <Known of={followed.loaded.value} followed={followed} reload={followed.loaded.reload} />;
  return (
    <>
      <h1 tabIndex={-1}>{t.runs.run}</h1>
      <Show of={followed.loaded} lines={6}>{() => null}</Show>
    </>
  );
}

function Known({ of: details, followed, reload }: { of: RunDetails; followed: Followed; reload: () => void }) {
  const t = useText();
  const f = useFormat();
  const { run, document } = details;
  const live = run.state === "active";
  const stage = followed.stage ?? details.stage;
  const now = useNow(live);
  const seen = details.live?.log ?? [];
  const doingOf = ({ since, rows, search }: LiveRun) =>
    [
      t.run.stepRuns(f.between(since, new Date(now).toISOString())),
      rows === null ? null : t.run.stepRows(f.count(rows)),
      search && search.planned > 0 ? t.run.stepTrials(search.ended, search.planned) : null,
      t.run.stepLater,
    ].filter((part) => part !== null).join(" ");

  useEffect(() => {
    if (followed.sawEnd && !live) announce(t.run.ended(f.state(run.state)));
  }, [followed.sawEnd, live]);

  return (
    <>
      <div class="head">
        <p class="crumbs">
          <a href={to.overview()}>{t.overview.title}</a> <a href={to.pipeline(run.pipeline)}>{run.pipeline}</a>
        </p>
        <div class="title">
          <h1 tabIndex={-1}>{t.run.title(f.period(run.period))}</h1>
          <StateBadge state={run.state} waits={run.waitsFor} />
          <Steer run={run} changed={reload} />
        </div>
        <p class={live ? "now" : "quiet"} aria-live="polite">
          {live ? <Now stage={stage} waits={run.said} /> : <Worded said={run.said} text={run.reason ?? ""} />}
        </p>
        {live && (
          <p class="quiet">
            {t.run.elapsed(f.between(run.startedAt, new Date(now).toISOString()))}
            {details.live && ` · ${t.run.stageElapsed(f.between(details.live.since, new Date(now).toISOString()))}`}
          </p>
        )}
        {live && details.left && <TimeLeft of={details.left} now={now} />}
        <Tags path={`${at.run(run.runId)}/tags`} tags={run.tags} note={run.note} changed={reload} />
      </div>
      {live && stage?.startsWith(asking) && <Approval id={run.runId} />}
      {document?.cause && (
        <div class="notice bad">
          <p class="notice-title">
            {t.run.failedAt} {f.step(document.failedStep ?? "")}
          </p>
          <Worded as="p" said={document.causeSaid} text={document.cause} />
        </div>
      )}
      {document && document.outputs.length > 0 && <Outputs of={details} />}
      {document?.rejectedFile && run.state === "rejected" && <Refused of={details} reload={reload} />}
      <section class="card" aria-labelledby="steps-title">
        <h2 id="steps-title">
          {t.run.steps} {live && <span class="badge live">{t.run.live}</span>}
        </h2>
        <Graph run={run.runId} rows={graphOf(details, stage, seen.map((line) => line.text))} doing={live && details.live ? doingOf(details.live) : null} />
      </section>
      {live && details.live?.search && <Search of={details.live.search} now={now} />}
      {document && !live && <Results of={details} />}
      {(live ? seen.length > 0 : document !== null && document.log.length > 0) && (
        <section class="card" aria-labelledby="timings-title">
          <h2 id="timings-title">{t.run.timings}</h2>
          <p class="quiet">{t.run.timingsHint}</p>
          <Spans of={live ? seen : document!.log} until={live ? now : Date.parse(run.endedAt ?? run.startedAt)} live={live} />
        </section>
      )}
      <div class="columns">
        <section class="card" aria-labelledby="facts-title">
          <h2 id="facts-title">{t.run.facts}</h2>
          <RunFactsList of={details} now={now} />
        </section>
        <section class="card" aria-labelledby="log-title">
          <h2 id="log-title">{t.run.log}</h2>
          <Log lines={live || !document ? seen : document.log} live={live} />
        </section>
      </div>
    </>
  );
}

function Now({ stage, waits }: { stage: string | null; waits: Sentence | null | undefined }) {
  const t = useText();
  if (stage === null) return <>{t.run.starting}</>;
  if (/^waits? for /.test(stage)) {
    if (waits) return <Worded said={waits} text={stage} />;
    return (
      <>
        {t.run.waits("")}
        <Said>{stage.replace(/^waits? for /, "")}</Said>
      </>
    );
  }
  return <>{t.run.doing(t.stage[stage] ?? t.step[stage] ?? stage)}</>;
}

function Outputs({ of: { run, document } }: { of: RunDetails }) {
  const t = useText();
  const has = (end: string) => document!.outputs.some((o) => o.endsWith(end));
  return (
    <section class="card results" aria-labelledby="outputs-title">
      <h2 id="outputs-title">{t.run.outputs}</h2>
      <div class="links">
        {has(".report.html") && (
          <a class="button primary" href={to.report(run.pipeline, run.period)}>
            {t.run.openReport}
          </a>
        )}
        {has(".csv") && (
          <a class="button" href={at.output(run.pipeline, run.period, "predictions.csv")} download>
            {t.run.download}
          </a>
        )}
        {has(".parquet") && (
          <a class="button" href={at.output(run.pipeline, run.period, "predictions.parquet")} download>
            {t.run.downloadParquet}
          </a>
        )}
        {has(".manifest.json") && (
          <a class="button" href={at.output(run.pipeline, run.period, "manifest.json")} download>
            {t.periods.manifest}
          </a>
        )}
      </div>
    </section>
  );
}

/** A refused file: take it, correct it, and drop it back here under the name that it has. */
function Refused({ of: { run, document }, reload }: { of: RunDetails; reload: () => void }) {
  const t = useText();
  const name = document!.rejectedFile!.slice(run.pipeline.length + 1);
  return (
    <section class="card" aria-labelledby="refused-title">
      <h2 id="refused-title">{t.run.refused}</h2>
      <p>{t.run.refusedText(document!.errorCount)}</p>
      <p class="links">
        <a class="button primary" href={at.rejectedFile(run.pipeline, name)} download>
          {t.data.downloadOf(name)}
        </a>
      </p>
      <DropZone pipeline={run.pipeline} taken={reload} />
    </section>
  );
}

const fallen = ["performance-fell", "estimate-fell", "estimate-left"];

function Results({ of: { run, document: d } }: { of: RunDetails }) {
  const t = useText();
  const document = d!;
  // What the period fell short of is no fault of its file, and comes before everything else.
  const fell = document.warnings.filter((w) => fallen.includes(w.code));
  const findings = [...document.errors, ...document.warnings.filter((w) => !fallen.includes(w.code))];
  return (
    <>
      {fell.map((w) => (
        <div key={w.code} class="notice bad">
          <Worded as="p" said={w.said} text={w.message} />
        </div>
      ))}
      {document.expected && <Expected of={document.expected} />}
      {document.backtests && <Backtested of={document.backtests} metrics={document.expected?.metrics.map((m) => m.name) ?? []} />}
      {findings.length > 0 && (
        <section class="card" aria-labelledby="findings-title">
          <h2 id="findings-title">{t.run.findings}</h2>
          <Findings of={findings} count={Math.max(findings.length, document.errorCount)} />
        </section>
      )}
      {document.promotion && <VerdictCard pipeline={run.pipeline} of={document.promotion} />}
      {Object.keys(document.metrics).length > 0 && <Measures of={document} />}
      {decidable(document.metrics) && <Decide path={`${at.run(run.runId)}/decisions`} />}
      {document.leaderboard && document.leaderboard.entries.length > 1 && <Leaderboard of={document.leaderboard} />}
      {document.trials.length > 0 && <Trials of={document} />}
    </>
  );
}

function RunFactsList({ of: { run, document, live }, now }: { of: RunDetails; now: number }) {
  const t = useText();
  const f = useFormat();
  const all: [string, ComponentChildren][] = [
    [t.run.id, <code>{run.runId}</code>],
    [t.run.why, t.kind[run.kind] ?? run.kind],
    [t.run.began, f.time(run.startedAt)],
    [t.run.ended_at, f.time(run.endedAt)],
    [run.endedAt ? t.run.took : t.run.running, f.between(run.startedAt, run.endedAt ?? new Date(now).toISOString())],
  ];
  if (run.parent) all.push([t.run.repeats, <a href={to.run(run.parent)}>{run.parent}</a>]);
  if (document) {
    const rows = document.rows || live?.rows || null;
    all.push([t.run.file, <code>{document.file}</code>], [t.run.rows, rows === null ? (run.endedAt ? "–" : t.run.notYet) : f.count(rows)]);
    if (document.modelVersion) all.push([t.run.model, <code>{document.modelVersion}</code>]);
  }
  return <Facts of={all} />;
}

function Log({ lines, live }: { lines: { time: string | null; text: string }[]; live: boolean }) {
  const t = useText();
  const f = useFormat();
  const [all, setAll] = useState(false);
  if (lines.length === 0) return <p class="quiet">{t.run.logEmpty}</p>;
  const shown = all ? lines : lines.slice(-200);
  return (
    <>
      {shown.length < lines.length && (
        <button type="button" onClick={() => setAll(true)}>
          {t.data.moreErrors(lines.length - shown.length)}
        </button>
      )}
      <ol class="log" tabIndex={0} aria-label={t.run.log} aria-live={live ? "polite" : undefined}>
        {shown.map((line, i) => (
          <li key={i}>
            {line.time && <time dateTime={line.time}>{f.clock(line.time)}</time>} <Said>{line.text}</Said>
          </li>
        ))}
      </ol>
    </>
  );
}
