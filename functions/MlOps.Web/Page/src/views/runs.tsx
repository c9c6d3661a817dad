import { useState } from "preact/hooks";
import { at } from "../api/client";
import type { Page, RunFacts } from "../api/types";
import { useLoad } from "../api/use-load";
import { Pager, usePages } from "../parts/pager";
import { Picked, type Picking, Tick, usePicked } from "../parts/picked";
import { Empty, Show, StateBadge, Table } from "../parts/parts";
import { TagList } from "../parts/tags";
import { Where } from "../parts/where";
import { to } from "../router";
import { useFormat } from "../text/format";
import { useText } from "../text/language";
import { Worded } from "../text/say";

const states = ["active", "succeeded", "failed", "rejected", "superseded", "duplicate", "unchanged", "cancelled"];

export function AllRuns() {
  const t = useText();
  return (
    <>
      <div class="head">
        <h1 tabIndex={-1}>{t.runs.title}</h1>
        <p class="quiet">{t.runs.all}</p>
      </div>
      <RunList />
    </>
  );
}

/** Runs, the newest first, a page at a time: a thousand of them cost what fifty do. */
export function RunList({ pipeline }: { pipeline?: string }) {
  const t = useText();
  const [state, setState] = useState("");
  const [where, setWhere] = useState("");
  const picking = usePicked();
  const pages = usePages(`${pipeline ?? ""}/${state}/${where}`);
  const loaded = useLoad<Page<RunFacts>>(at.runs({ pipeline, state, where }, pages.after), where ? 15_000 : 3000);
  return (
    <section class="card" aria-labelledby="runs-title">
      <div class="card-head">
        <h2 id="runs-title">{t.runs.title}</h2>
        <label class="inline">
          <span>{t.runs.filter}</span>
          <select value={state} onChange={(e) => setState(e.currentTarget.value)}>
            <option value="">{t.runs.any}</option>
            {states.map((s) => (
              <option key={s} value={s}>
                {t.state[s]}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Where value={where} set={setWhere} example="auc > 0.75 and tag = audit" />
      <Show of={loaded} lines={6}>
        {(list) =>
          list.items.length === 0 && (where || state) ? (
            <p class="quiet">{t.find.none}</p>
          ) : list.items.length === 0 ? (
            <Empty title={t.runs.empty}>
              <p>{t.runs.emptyText}</p>
            </Empty>
          ) : (
            <>
              <Table label={t.runs.title} class="stacking">
                <thead>
                  <tr>
                    <th scope="col">{t.models.pickShort}</th>
                    <th scope="col">{t.runs.run}</th>
                    {!pipeline && <th scope="col">{t.runs.pipeline}</th>}
                    <th scope="col">{t.periods.state}</th>
                    <th scope="col">{t.runs.started}</th>
                    <th scope="col">{t.runs.took}</th>
                    <th scope="col">{t.runs.reason}</th>
                  </tr>
                </thead>
                <tbody>
                  {list.items.map((run) => (
                    <Row key={run.runId} of={run} withPipeline={!pipeline} picking={picking} />
                  ))}
                </tbody>
              </Table>
              <Picked picking={picking} href={to.compareRuns} hint={t.runs.pickTwo} />
              <Pager pages={pages} continuation={list.continuation} />
            </>
          )
        }
      </Show>
    </section>
  );
}

function Row({ of: run, withPipeline, picking }: { of: RunFacts; withPipeline: boolean; picking: Picking }) {
  const t = useText();
  const f = useFormat();
  return (
    <tr>
      <td>
        <Tick of={run.runId} picking={picking} label={t.models.pick(`${run.pipeline} ${f.period(run.period)} (${run.runId})`)} />
      </td>
      <th scope="row">
        <a href={to.run(run.runId)} title={run.runId}>
          {f.period(run.period)}
        </a>
        {run.kind !== "arrival" && <span class="quiet small"> {t.kind[run.kind] ?? run.kind}</span>} <TagList tags={run.tags} />
      </th>
      {withPipeline && (
        <td>
          <a href={to.pipeline(run.pipeline)}>{run.pipeline}</a>
        </td>
      )}
      <td>
        <StateBadge state={run.state} waits={run.waitsFor} />
      </td>
      <td class="nowrap">{f.time(run.startedAt)}</td>
      <td class="nowrap">{f.between(run.startedAt, run.endedAt)}</td>
      <td>
        <Worded said={run.said} text={run.reason ?? run.waitsFor ?? ""} />
      </td>
    </tr>
  );
}
