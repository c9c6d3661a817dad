import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { at } from "../api/client";
import type { RunDetails } from "../api/types";
import { announce } from "../parts/announce";
import { Facts, Show, StateBadge } from "../parts/parts";
import { to } from "../router";
import { useFormat } from "../text/format";
import { Said, useText } from "../text/language";
import { Findings } from "../views/findings";
import { type Followed, useRun } from "./follow";
import { Approval } from "./approval";
import { Graph } from "./graph";
import { Leaderboard, Measures, VerdictCard } from "./results";
import { asking, graphOf } from "./steps";
import { Steer } from "./steer";
import { Timings } from "./timings";
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
          {live ? <Now stage={stage} /> : <Said>{run.reason ?? ""}</Said>}
        </p>
      </div>
      {live && stage?.startsWith(asking) && <Approval id={run.runId} />}
      {document?.cause && (
        <div class="notice bad">
          <p class="notice-title">
            {t.run.failedAt} {f.step(document.failedStep ?? "")}
          </p>
          <Said as="p">{document.cause}</Said>
        </div>
      )}
      {document && document.outputs.length > 0 && <Outputs of={details} />}
      <section class="card" aria-labelledby="steps-title">
        <h2 id="steps-title">
          {t.run.steps} {live && <span class="badge live">{t.run.live}</span>}
        </h2>
        <Graph rows={graphOf(details, stage, followed.seen.map((line) => line.text))} />
      </section>
      {document && <Results of={details} />}
      <div class="columns">
        <section class="card" aria-labelledby="facts-title">
          <h2 id="facts-title">{t.run.facts}</h2>
          <RunFactsList of={details} />
        </section>
        <section class="card" aria-labelledby="log-title">
          <h2 id="log-title">{t.run.log}</h2>
          <Log lines={live || !document ? followed.seen : document.log} live={live} />
        </section>
      </div>
    </>
  );
}

function Now({ stage }: { stage: string | null }) {
  const t = useText();
  if (stage === null) return <>{t.run.starting}</>;
  if (/^waits? for /.test(stage)) {
    return (
      <>
        {t.run.waits("")}
        <Said>{stage.replace(/^waits? for /, "")}</Said>
      </>
    );
  }
  return <>{t.run.doing(t.step[stage] ?? stage)}</>;
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
        {has(".manifest.json") && (
          <a class="button" href={at.output(run.pipeline, run.period, "manifest.json")} download>
            {t.periods.manifest}
          </a>
        )}
      </div>
    </section>
  );
}

function Results({ of: { run, document: d } }: { of: RunDetails }) {
  const t = useText();
  const document = d!;
  const findings = [...document.errors, ...document.warnings];
  return (
    <>
      {findings.length > 0 && (
        <section class="card" aria-labelledby="findings-title">
          <h2 id="findings-title">{t.run.findings}</h2>
          <Findings of={findings} count={Math.max(findings.length, document.errorCount)} />
        </section>
      )}
      {document.promotion && <VerdictCard pipeline={run.pipeline} of={document.promotion} />}
      {Object.keys(document.metrics).length > 0 && <Measures of={document} />}
      {document.leaderboard && document.leaderboard.entries.length > 1 && <Leaderboard of={document.leaderboard} />}
      {document.trials.length > 0 && <Trials of={document} />}
      {document.steps.length > 0 && (
        <section class="card" aria-labelledby="timings-title">
          <h2 id="timings-title">{t.run.timings}</h2>
          <Timings of={document.steps} from={document.steps[0]?.startedAt ?? run.startedAt} until={run.endedAt ?? run.startedAt} />
        </section>
      )}
    </>
  );
}

function RunFactsList({ of: { run, document } }: { of: RunDetails }) {
  const t = useText();
  const f = useFormat();
  const all: [string, ComponentChildren][] = [
    [t.run.id, <code>{run.runId}</code>],
    [t.run.why, t.kind[run.kind] ?? run.kind],
    [t.run.began, f.time(run.startedAt)],
    [t.run.ended_at, f.time(run.endedAt)],
    [t.run.took, f.between(run.startedAt, run.endedAt)],
  ];
  if (run.parent) all.push([t.run.repeats, <a href={to.run(run.parent)}>{run.parent}</a>]);
  if (document) {
    all.push([t.run.file, <code>{document.file}</code>], [t.run.rows, f.count(document.rows)]);
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
