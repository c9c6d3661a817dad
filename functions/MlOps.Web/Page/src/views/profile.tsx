import { useState } from "preact/hooks";
import { at } from "../api/client";
import type { ColumnProfile, TableProfile } from "../api/types";
import { useLoad } from "../api/use-load";
import { Show, Table } from "../parts/parts";
import { useFormat } from "../text/format";
import { useText } from "../text/language";

const perPage = 25;

/** What the columns of a period's file hold, a page of columns at a time. */
export function Profile({ name, period }: { name: string; period: string }) {
  const loaded = useLoad<TableProfile>(at.profile(name, period));
  return <Show of={loaded} lines={8}>{(profile) => <Columns key={period} of={profile} />}</Show>;
}

function Columns({ of: profile }: { of: TableProfile }) {
  const t = useText();
  const f = useFormat();
  const [search, setSearch] = useState("");
  const [page, setPage] = useState(0);
  const found = profile.columns.filter((c) => c.name.toLowerCase().includes(search.toLowerCase()));
  const last = Math.max(0, Math.ceil(found.length / perPage) - 1);
  const now = Math.min(page, last);
  return (
    <>
      <div class="card-head">
        <p class="quiet">
          {t.data.rows(f.count(profile.rows))}, {t.data.columns(profile.columns.length)}
        </p>
        <label class="inline">
          <span>{t.data.search}</span>
          <input type="search" value={search} onInput={(e) => setSearch(e.currentTarget.value)} />
        </label>
      </div>
      {found.length === 0 ? (
        <p class="quiet">{t.data.noneFound}</p>
      ) : (
        <Table label={t.data.profile}>
          <thead>
            <tr>
              <th scope="col">{t.data.column}</th>
              <th scope="col">{t.data.type}</th>
              <th scope="col" class="number">{t.data.missing}</th>
              <th scope="col" class="number">{t.data.distinct}</th>
              <th scope="col">{t.data.typical}</th>
              <th scope="col">{t.data.range}</th>
              <th scope="col">{t.data.shape}</th>
            </tr>
          </thead>
          <tbody>
            {found.slice(now * perPage, (now + 1) * perPage).map((c, i) => (
              <ColumnRow key={i} of={c} />
            ))}
          </tbody>
        </Table>
      )}
      {last > 0 && (
        <nav class="pager" aria-label={t.data.columns(profile.columns.length)}>
          <button type="button" disabled={now === 0} onClick={() => setPage(now - 1)}>
            {t.less}
          </button>
          <span aria-live="polite">{t.pageNumber(now + 1)}</span>
          <button type="button" disabled={now === last} onClick={() => setPage(now + 1)}>
            {t.more}
          </button>
        </nav>
      )}
    </>
  );
}

function ColumnRow({ of: c }: { of: ColumnProfile }) {
  const t = useText();
  const f = useFormat();
  const median = c.quantiles.find((q) => q.probability === 0.5)?.value;
  const share = c.count > 0 ? c.missing / c.count : 0;
  return (
    <tr>
      <th scope="row">
        <code>{c.name}</code>
      </th>
      <td>{t.create.kinds[c.type] ?? c.type}</td>
      <td class={share > 0 ? "number warn" : "number"}>{f.percent(share)}</td>
      <td class="number">
        {c.isExact ? "" : "≈ "}
        {f.count(c.distinct)}
      </td>
      <td>{median !== undefined ? f.value(median) : <span class="clip">{c.top[0]?.value ?? "–"}</span>}</td>
      <td class="nowrap">{c.min === null ? "–" : `${f.value(c.min)} … ${f.value(c.max)}`}</td>
      <td>
        <Shape of={c.histogram.length > 0 ? c.histogram.map((b) => b.count) : c.top.slice(0, 12).map((v) => v.count)} />
      </td>
    </tr>
  );
}

function Shape({ of }: { of: number[] }) {
  const most = Math.max(1, ...of);
  const width = 96 / Math.max(1, of.length);
  return (
    <svg class="shape" viewBox="0 0 96 24" aria-hidden="true" preserveAspectRatio="none">
      {of.map((n, i) => (
        <rect key={i} x={i * width + 0.5} width={Math.max(0.5, width - 1)} y={24 - (24 * n) / most} height={(24 * n) / most} />
      ))}
    </svg>
  );
}
