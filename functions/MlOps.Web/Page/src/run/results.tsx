import type { BacktestedPeriod, Backtests, ExpectedQuality, RunDocument, Verdict } from "../api/types";
import { Badge, Facts, Table } from "../parts/parts";
import { to } from "../router";
import { useFormat } from "../text/format";
import { useText } from "../text/language";
import { Worded } from "../text/say";

/** What to expect of the predictions: first what later periods say, then what random rows of the past say, and why the two differ. */
export function Expected({ of }: { of: ExpectedQuality }) {
  const t = useText();
  const f = useFormat();
  return (
    <section class="card" aria-labelledby="expected-title">
      <h2 id="expected-title">{t.run.expected}</h2>
      <Worded as="p" said={of.said} text="" />
      {of.outcome && (
        <p>
          <b>
            <Worded as="span" said={of.outcome} text="" />
          </b>
        </p>
      )}
      <Table label={t.run.expected} class="stacking">
        <thead>
          <tr>
            <th scope="col">{t.run.metric}</th>
            <th scope="col" class="number">{t.run.expectedPoint}</th>
            <th scope="col" class="number">{t.run.expectedRange}</th>
            <th scope="col" class="number">{t.run.randomTest}</th>
          </tr>
        </thead>
        <tbody>
          {of.metrics.map((m) => (
            <tr key={m.name}>
              <th scope="row">{m.name}</th>
              <td class="number" data-label={t.run.expectedPoint}>
                {m.low === null ? "–" : f.value(m.point)}
              </td>
              <td class="number nowrap" data-label={t.run.expectedRange}>
                {m.low === null ? "–" : `${f.value(m.low)} … ${f.value(m.high)}`}
              </td>
              <td class="number" data-label={t.run.randomTest}>
                {f.value(m.randomTest)}
                {m.randomRows ? <span class="quiet"> · {t.data.rows(f.count(m.randomRows))}</span> : null}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
      {of.gap && <Worded as="p" class="quiet" said={of.gap} text="" />}
    </section>
  );
}

// Under the way that was chosen, or the nearest that was tried.
function chosen(of: Backtests, period: BacktestedPeriod): Record<string, number> {
  const byHistory = period.ways.filter((w) => w.history.last === of.way.history.last && w.history.decay === of.way.history.decay);
  const byTime = of.way.validation.toLowerCase() === "time";
  return (byHistory.find((w) => (w.validation.toLowerCase() === "time") === byTime) ?? byHistory[0] ?? period.ways[0]!).metrics;
}

/** Periods of the history, each predicted from what came before it, beside random rows of the past, and what was chosen by that. */
export function Backtested({ of, metrics }: { of: Backtests; metrics: string[] }) {
  const t = useText();
  const f = useFormat();
  return (
    <section class="card" aria-labelledby="backtests-title">
      <h2 id="backtests-title">{t.run.backtests}</h2>
      <p class="quiet">{t.run.backtestsHint}</p>
      {of.periods.length > 0 && (
        <Table label={t.run.backtests} class="stacking">
          <thead>
            <tr>
              <th scope="col">{t.periods.period}</th>
              <th scope="col" class="number wraps">{t.run.backtestsLearned}</th>
              <th scope="col" class="number wraps">{t.run.backtestsRows}</th>
              {metrics.map((m) => [
                <th scope="col" key={m} class="number wraps">{m}</th>,
                <th scope="col" key={`${m} random`} class="number wraps">{`${m} · ${t.run.randomTest}`}</th>,
              ])}
            </tr>
          </thead>
          <tbody>
            {of.periods.map((p) => (
              <tr key={p.period}>
                <th scope="row" class="nowrap">{p.isInside ? p.period : f.period(p.period)}</th>
                <td class="number" data-label={t.run.backtestsLearned}>{f.count(p.learned)}</td>
                <td class="number" data-label={t.run.backtestsRows}>{f.count(p.rows)}</td>
                {metrics.map((m) => [
                  <td key={m} class="number" data-label={m}>{f.value(chosen(of, p)[m])}</td>,
                  <td key={`${m} random`} class="number" data-label={`${m} · ${t.run.randomTest}`}>{f.value(p.randomTest[m])}</td>,
                ])}
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      {of.way.validationSaid && <Worded as="p" said={of.way.validationSaid} text="" />}
      {of.way.historySaid && <Worded as="p" said={of.way.historySaid} text="" />}
    </section>
  );
}

/** What the gate decided, and on what evidence. */
export function VerdictCard({ pipeline, of }: { pipeline: string; of: NonNullable<RunDocument["promotion"]> }) {
  const t = useText();
  const none = !of.promoted && of.champion === null;
  return (
    <section class="card" aria-labelledby="verdict-title">
      <div class="card-head">
        <h2 id="verdict-title">{t.run.verdict}</h2>
        <Badge tone={of.promoted ? "good" : none ? "bad" : "calm"}>{of.promoted ? t.run.promoted : none ? t.run.noChampion : of.version !== of.champion ? t.run.back : t.run.kept}</Badge>
      </div>
      <Worded as="p" said={of.verdict.said} text={of.verdict.reason} />
      {none && <p>{t.run.noChampionHint(pipeline, of.version)}</p>}
      <Evidence of={of.verdict} />
      <p>
        {t.run.model} <code>{of.version}</code> · <a href={to.tab(pipeline, "models")}>{t.models.title}</a>
      </p>
    </section>
  );
}

function Evidence({ of: v }: { of: Verdict }) {
  const t = useText();
  const f = useFormat();
  if (v.challenger === null) return null;
  const facts: [string, string][] = [
    [t.run.metric, v.metric],
    [t.run.chosen, f.value(v.challenger)],
    [t.models.champion, f.value(v.champion)],
    [t.run.baseline, f.value(v.baseline)],
    [t.run.testRows, f.count(v.rows)],
  ];
  if (v.lower !== null) facts.push([t.run.improvementInterval, `${f.value(v.lower)} … ${f.value(v.upper)}`]);
  if (v.evidenceRows) facts.push([t.run.evidenceRows, f.count(v.evidenceRows)]);
  return <Facts of={facts} />;
}

const order = ["drop", "test", "valid", "train"];
const neutral = /^(rows|true_|false_|positive_rate)/;

/** Every figure in the column of the model that it is of: the one that predicted, and beside it the one that was trained and not promoted. */
export function Measures({ of }: { of: RunDocument }) {
  const t = useText();
  const f = useFormat();
  const models = [
    { version: of.modelVersion ?? "", role: of.challenger ? t.run.model : t.run.modelOfRun, metrics: of.metrics },
    ...(of.challenger ? [{ version: of.challenger.version, role: t.run.notPromoted, metrics: of.challenger.metrics }] : []),
  ].filter((m) => Object.keys(m.metrics).length > 0);
  const columns = models.flatMap((m) => order.filter((part) => m.metrics[part]).map((part) => ({ ...m, part })));
  const names = [...new Set(models.flatMap((m) => Object.values(m.metrics).flatMap((part) => Object.keys(part))))].sort(
    (a, b) => Number(neutral.test(a)) - Number(neutral.test(b)) || a.localeCompare(b),
  );
  return (
    <section class="card" aria-labelledby="metrics-title">
      <h2 id="metrics-title">{t.run.metrics}</h2>
      <p class="quiet">{models.length > 1 ? t.run.metricsOfTwo : t.run.metricsHint}</p>
      <Table label={t.run.metrics} class="stacking">
        <thead>
          <tr>
            <td />
            {models.map((m) => (
              <th scope="colgroup" key={m.version} colSpan={order.filter((part) => m.metrics[part]).length} class="number">
                {m.role} <code>{m.version}</code>
              </th>
            ))}
          </tr>
          <tr>
            <th scope="col">{t.run.metric}</th>
            {columns.map((c) => (
              <th scope="col" key={c.version + c.part} class="number">
                {t.run.parts[c.part] ?? c.part}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {columns.map((c) => (
                <td key={c.version + c.part} class="number" data-label={`${models.length > 1 ? c.version + " " : ""}${t.run.parts[c.part] ?? c.part}`}>
                  {f.value(c.metrics[c.part]![name])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
    </section>
  );
}

export function Leaderboard({ of: board }: { of: NonNullable<RunDocument["leaderboard"]> }) {
  const t = useText();
  const f = useFormat();
  return (
    <section class="card" aria-labelledby="board-title">
      <div class="card-head">
        <h2 id="board-title">{t.run.leaderboard}</h2>
        <span class="quiet">
          {board.metric}, {board.higherIsBetter ? t.compare.higher : t.compare.lower}
          {board.rows ? ` · ${t.compare.rows(f.count(board.rows))}` : ""}
        </span>
      </div>
      <Table label={t.run.leaderboard} class="stacking">
        <thead>
          <tr>
            <th scope="col" class="number">{t.run.rank}</th>
            <th scope="col">{t.run.learner}</th>
            <th scope="col" class="number">{t.run.value}</th>
            <th scope="col" class="number">{t.run.interval}</th>
          </tr>
        </thead>
        <tbody>
          {board.entries.map((e) => (
            <tr key={e.learner} class={e.chosen ? "marked" : undefined}>
              <td class="number" data-label={t.run.rank}>
                {e.rank}
              </td>
              <th scope="row">
                {e.learner} {e.chosen && <span class="badge live">{t.run.chosen}</span>}
              </th>
              <td class="number" data-label={t.run.value}>
                {f.value(e.value)}
              </td>
              <td class="number nowrap" data-label={t.run.interval}>
                {e.low === null ? "–" : `${f.value(e.low)} … ${f.value(e.high)}`}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </section>
  );
}
