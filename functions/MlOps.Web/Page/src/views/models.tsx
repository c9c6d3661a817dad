import { useState } from "preact/hooks";
import { at, post } from "../api/client";
import type { ModelList, ModelVersion, Page, Release, Told } from "../api/types";
import { useLoad } from "../api/use-load";
import { announce } from "../parts/announce";
import { Dialog } from "../parts/dialog";
import { Pager, usePages } from "../parts/pager";
import { Picked, type Picking, Tick, usePicked } from "../parts/picked";
import { Badge, Empty, Show, Table } from "../parts/parts";
import { Promote } from "../parts/promote";
import { TagList } from "../parts/tags";
import { Where } from "../parts/where";
import { to } from "../router";
import { useFormat } from "../text/format";
import { useText } from "../text/language";
import { Worded } from "../text/say";
import { Releases } from "./releases";

export function Models({ name }: { name: string }) {
  const [where, setWhere] = useState("");
  const pages = usePages(`${name}/${where}`);
  const models = useLoad<ModelList>(at.models(name, where, pages.after), 5000);
  const releases = useLoad<Page<Release>>(at.releases(name), 5000);
  const changed = () => {
    if (models.is !== "loading") models.reload();
    if (releases.is !== "loading") releases.reload();
  };
  return (
    <>
      <section class="card">
        <Where value={where} set={setWhere} example="auc > 0.75 and num_leaves < 40" />
      </section>
      <Show of={models} lines={5}>
        {(list) => (
          <>
            <Live name={name} of={list} changed={changed} />
            <Versions searched={where !== ""} name={name} of={list} releases={releases.is === "ready" ? releases.value.items : []} pages={pages} changed={changed} />
          </>
        )}
      </Show>
      <Show of={releases}>{(page) => <Releases of={page.items} />}</Show>
    </>
  );
}

/** What predicts now, and the way back. */
function Live({ name, of: list, changed }: { name: string; of: ModelList; changed: () => void }) {
  const t = useText();
  const [asks, setAsks] = useState(false);
  if (list.champion === null) {
    return list.models.items.length === 0 ? null : (
      <section class="card notice bad" aria-labelledby="live-title">
        <h2 id="live-title">{t.models.noChampion}</h2>
        {list.whyNone && <Worded as="p" said={list.whyNone.said} text={list.whyNone.text} />}
      </section>
    );
  }
  return (
    <section class="card live-model" aria-labelledby="live-title">
      <div class="title">
        <div>
          <h2 id="live-title">{t.models.live}</h2>
          <p class="big">
            <a href={to.model(name, list.champion)}>
              <code>{list.champion}</code>
            </a>
          </p>
          {list.previous && (
            <p class="quiet">
              {t.models.previous}: <code>{list.previous}</code>
            </p>
          )}
        </div>
        {list.previous && (
          <button type="button" onClick={() => setAsks(true)}>
            {t.models.rollback}
          </button>
        )}
      </div>
      {asks && list.previous && (
        <Dialog
          title={t.models.rollbackTitle}
          yes={t.models.rollback}
          danger
          close={() => setAsks(false)}
          act={async () => {
            const now = await post<{ champion: string }>(`${at.pipeline(name)}/rollback`);
            announce(t.models.promoteDone(now.champion));
            changed();
          }}
        >
          <p>{t.models.rollbackText(list.previous)}</p>
        </Dialog>
      )}
    </section>
  );
}

interface VersionsOf {
  name: string;
  searched: boolean;
  of: ModelList;
  releases: Release[];
  pages: ReturnType<typeof usePages>;
  changed: () => void;
}

function Versions({ name, searched, of: list, releases, pages, changed }: VersionsOf) {
  const t = useText();
  const picking = usePicked();
  const [promotes, setPromotes] = useState<string | null>(null);
  const [metric, setMetric] = useState("");
  const versions = list.models.items;
  if (versions.length === 0 && searched) return <p class="quiet">{t.find.none}</p>;
  if (versions.length === 0) {
    return (
      <Empty title={t.models.empty}>
        <p>{t.models.emptyText}</p>
      </Empty>
    );
  }
  const metrics = [...new Set(versions.flatMap((v) => Object.keys(v.metrics.test ?? {})))].filter((n) => !/^(rows|true_|false_)/.test(n)).sort();
  const shown = ["auc", "binary_logloss", "multi_logloss", "rmse", "mae", "accuracy"].filter((n) => metrics.includes(n)).slice(0, 3);
  if (metric && !shown.includes(metric)) shown.unshift(metric);
  const ordered = metric ? [...versions].sort((a, b) => compare(metric, a, b)) : versions;
  return (
    <section class="card" aria-labelledby="versions-title">
      <div class="card-head">
        <h2 id="versions-title">{t.models.leaderboard}</h2>
        <label class="inline">
          <span>{t.models.sort}</span>
          <select value={metric} onChange={(e) => setMetric(e.currentTarget.value)}>
            <option value="">{t.models.newest}</option>
            {metrics.map((n) => (
              <option key={n}>{n}</option>
            ))}
          </select>
        </label>
      </div>
      <p class="quiet">{t.models.ownRows}</p>
      <Table label={t.models.leaderboard} class="stacking">
        <thead>
          <tr>
            <th scope="col">{t.models.pickShort}</th>
            <th scope="col">{t.models.version}</th>
            {shown.map((n) => (
              <th scope="col" key={n} class="number">
                {n}
              </th>
            ))}
            <th scope="col">{t.models.verdict}</th>
            <th scope="col">
              <span class="unseen">{t.models.promote}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {ordered.map((v) => (
            <VersionRow key={v.version} name={name} of={v} list={list} shown={shown} verdict={releases.find((r) => r.challenger === v.version)}
              picking={picking} promote={() => setPromotes(v.version)} />
          ))}
        </tbody>
      </Table>
      <Picked picking={picking} href={(versions) => to.compare(name, versions)} hint={t.models.pickTwo} />
      <Pager pages={pages} continuation={list.models.continuation} />
      {promotes && <Promote name={name} version={promotes} refused={refusalOf(promotes, releases)} close={() => setPromotes(null)} changed={changed} />}
    </section>
  );
}

interface RowOf {
  name: string;
  of: ModelVersion;
  list: ModelList;
  shown: string[];
  verdict: Release | undefined;
  picking: Picking;
  promote: () => void;
}

function VersionRow({ name, of: v, list, shown, verdict, picking, promote }: RowOf) {
  const t = useText();
  const f = useFormat();
  const live = v.version === list.champion;
  return (
    <tr class={live ? "marked" : undefined}>
      <td>
        <Tick of={v.version} picking={picking} label={t.models.pick(v.version)} />
      </td>
      <th scope="row">
        <a href={to.model(name, v.version)}>
          <code>{v.version}</code>
        </a>{" "}
        {live && <Badge tone="good">{t.models.champion}</Badge>}
        {v.version === list.previous && <Badge tone="calm">{t.models.previous}</Badge>}
        <TagList tags={list.tags[v.version]?.tags ?? []} />
        <span class="quiet small block">
          {t.models.learned} {t.models.learnedUpTo(v.history.length)}
          {v.metrics.test?.rows !== undefined && `, ${t.models.testRows(f.count(v.metrics.test.rows))}`}
        </span>
      </th>
      {shown.map((n) => (
        <td key={n} class="number" data-label={n}>
          {f.value(v.metrics.test?.[n])}
        </td>
      ))}
      <td>{verdict && <Worded said={verdict.said} text={verdict.reason} />}</td>
      <td>
        {!live && (
          <button type="button" aria-label={t.models.promoteOf(v.version)} onClick={promote}>
            {t.models.promote}
          </button>
        )}
      </td>
    </tr>
  );
}

// What the gate said where it did not let a model in.
function refusalOf(version: string, releases: Release[]): Told | null {
  const verdict = releases.find((r) => r.challenger === version);
  return verdict && verdict.champion !== version ? { text: verdict.reason, said: verdict.said ?? null } : null;
}

// The best first; losses and errors are better when they are small.
function compare(metric: string, a: ModelVersion, b: ModelVersion): number {
  const sign = /loss|brier|rmse|mae|mse|mape|error|rate/.test(metric) ? 1 : -1;
  return sign * ((a.metrics.test?.[metric] ?? sign * Infinity) - (b.metrics.test?.[metric] ?? sign * Infinity));
}
