import { at } from "../api/client";
import type { Page, PeriodFacts } from "../api/types";
import { useLoad } from "../api/use-load";
import { DropZone } from "../parts/drop-zone";
import { Pager, usePages } from "../parts/pager";
import { Empty, Show, StateBadge, Table } from "../parts/parts";
import { to } from "../router";
import { useFormat } from "../text/format";
import { useText } from "../text/language";
import { Worded } from "../text/say";
import { Watch } from "./watch";

export function Periods({ name }: { name: string }) {
  const t = useText();
  const pages = usePages(name);
  const loaded = useLoad<Page<PeriodFacts>>(at.periods(name, 20, pages.after), 2000);
  const published = loaded.is === "ready" ? loaded.value.items.filter((p) => p.predictionRevision !== null).map((p) => p.predictedAt).join() : "";
  return (
    <>
      <DropZone pipeline={name} taken={() => loaded.is !== "loading" && loaded.reload()} />
      <section aria-labelledby="periods-title" class="card">
        <h2 id="periods-title">{t.periods.title}</h2>
        <Show of={loaded} lines={4}>
          {(list) =>
            list.items.length === 0 ? (
              <Empty title={t.periods.empty}>
                <p>{t.periods.emptyText}</p>
              </Empty>
            ) : (
              <>
                <PeriodTable name={name} of={list.items} />
                <Pager pages={pages} continuation={list.continuation} />
              </>
            )
          }
        </Show>
      </section>
      {published !== "" && <Watch name={name} since={published} />}
    </>
  );
}

function PeriodTable({ name, of }: { name: string; of: PeriodFacts[] }) {
  const t = useText();
  return (
    <Table label={t.periods.title} class="stacking">
      <thead>
        <tr>
          <th scope="col">{t.periods.period}</th>
          <th scope="col">{t.periods.state}</th>
          <th scope="col">{t.periods.why}</th>
          <th scope="col">{t.periods.predictions}</th>
        </tr>
      </thead>
      <tbody>
        {of.map((p) => (
          <Row key={p.period} name={name} of={p} />
        ))}
      </tbody>
    </Table>
  );
}

function Row({ name, of: p }: { name: string; of: PeriodFacts }) {
  const t = useText();
  const f = useFormat();
  const period = f.period(p.period);
  return (
    <tr>
      <th scope="row">
        {p.runId ? (
          <a href={to.run(p.runId)} aria-label={t.periods.runOf(period)}>
            {period}
          </a>
        ) : (
          period
        )}
      </th>
      <td>
        <StateBadge state={p.state} />
      </td>
      <td>
        <Worded said={p.said} text={p.reason} />
      </td>
      <td>
        {p.predictionRevision !== null ? (
          <div class="links">
            <a class="button" href={at.output(name, p.period, "predictions.csv")} download aria-label={t.periods.downloadOf(period)}>
              {t.periods.download}
            </a>
            <a href={to.report(name, p.period)} aria-label={t.periods.reportOf(period)}>
              {t.periods.report}
            </a>
            <a href={at.output(name, p.period, "manifest.json")} download aria-label={t.periods.manifestOf(period)}>
              {t.periods.manifest}
            </a>
            {p.predictionRevision > 1 && <span class="quiet">{t.periods.revision(p.predictionRevision)}</span>}
          </div>
        ) : (
          <span class="quiet">–</span>
        )}
      </td>
    </tr>
  );
}
