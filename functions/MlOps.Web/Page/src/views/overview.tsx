import { at } from "../api/client";
import type { Page, PipelineFacts } from "../api/types";
import { useLoad } from "../api/use-load";
import { Pager, usePages } from "../parts/pager";
import { Badge, Empty, Show, StateBadge } from "../parts/parts";
import { to } from "../router";
import { useFormat } from "../text/format";
import { useText } from "../text/language";
import { Worded } from "../text/say";

export function Overview() {
  const t = useText();
  const pages = usePages("");
  const loaded = useLoad<Page<PipelineFacts>>(at.pipelines(pages.after), 3000);
  return (
    <>
      <div class="head">
        <div class="title">
          <h1 tabIndex={-1}>{t.overview.title}</h1>
          <a class="button" href={to.create()}>
            {t.create.title}
          </a>
        </div>
        <p class="quiet">{t.overview.lead}</p>
      </div>
      <Show of={loaded} lines={5}>
        {(list) => (list.items.length === 0 ? <First /> : <List list={list} pages={pages} />)}
      </Show>
    </>
  );
}

function First() {
  const t = useText();
  return (
    <Empty title={t.overview.empty}>
      <p>
        <a class="button primary" href={to.create()}>
          {t.create.title}
        </a>
      </p>
      <p>{t.overview.emptyText}</p>
      <pre tabIndex={0}>
        {"mlops init initial.csv --label TARGET --id ID --name credit\nmlops put credit initial.csv 20201001.csv"}
      </pre>
    </Empty>
  );
}

function List({ list, pages }: { list: Page<PipelineFacts>; pages: ReturnType<typeof usePages> }) {
  const t = useText();
  const needed = list.items.filter((p) => p.attention === "needed").length;
  return (
    <>
      <p class={needed > 0 ? "summary bad" : "summary good"} role="status">
        {needed > 0 ? t.overview.needed(needed) : t.overview.well}
      </p>
      <ul class="cards">
        {list.items.map((p) => (
          <Card key={p.name} of={p} />
        ))}
      </ul>
      <Pager pages={pages} continuation={list.continuation} />
    </>
  );
}

function Card({ of: p }: { of: PipelineFacts }) {
  const t = useText();
  const f = useFormat();
  return (
    <li class={`card pipeline ${p.attention}`}>
      <div class="card-head">
        <h2>
          <a href={to.pipeline(p.name)}>{p.name}</a>
        </h2>
        <Badge tone={p.attention}>{t.attention[p.attention]}</Badge>
      </div>
      {p.reasons.length > 0 && (
        <ul class="reasons">
          {p.reasons.slice(0, 3).map((reason, i) => (
            <Worded as="li" key={reason} said={p.said[i]} text={reason} />
          ))}
        </ul>
      )}
      {p.quietAlerts > 0 && <p class="quiet">{t.overview.quietAlerts(p.quietAlerts)}</p>}
      {p.activeRuns > 0 && <p class="working">{t.overview.running(p.activeRuns)}</p>}
      {p.periods === 0 ? (
        <p class="quiet">{t.overview.noData}</p>
      ) : (
        <dl class="mini">
          <div>
            <dt>{t.overview.latest}</dt>
            <dd>
              {p.latestPeriod ? f.period(p.latestPeriod) : "–"} {p.latestState && <StateBadge state={p.latestState} />}
            </dd>
          </div>
          <div>
            <dt>{t.overview.champion}</dt>
            <dd>{p.champion ? <code>{p.champion}</code> : t.none}</dd>
          </div>
          <div>
            <dt>{t.overview.lastRun}</dt>
            <dd>{f.time(p.lastRunAt)}</dd>
          </div>
          <div>
            <dt>{t.overview.periods}</dt>
            <dd>{f.count(p.periods)}</dd>
          </div>
        </dl>
      )}
    </li>
  );
}
