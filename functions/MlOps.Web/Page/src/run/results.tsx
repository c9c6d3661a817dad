import type { Metrics, RunDocument, Verdict } from "../api/types";
import { Badge, Facts, Table } from "../parts/parts";
import { to } from "../router";
import { useFormat } from "../text/format";
import { Said, useText } from "../text/language";

/** What the gate decided, and on what evidence. */
export function VerdictCard({ pipeline, of }: { pipeline: string; of: NonNullable<RunDocument["promotion"]> }) {
  const t = useText();
  return (
    <section class="card" aria-labelledby="verdict-title">
      <div class="card-head">
        <h2 id="verdict-title">{t.run.verdict}</h2>
        <Badge tone={of.promoted ? "good" : "calm"}>{of.promoted ? t.run.promoted : t.run.kept}</Badge>
      </div>
      <Said as="p">{of.verdict.reason}</Said>
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
  return (
    <Facts
      of={[
        [t.run.metric, v.metric],
        [t.run.chosen, f.value(v.challenger)],
        [t.models.champion, f.value(v.champion)],
        [t.run.rows, f.count(v.rows)],
        [t.run.interval, v.lower === null ? "–" : `${f.value(v.lower)} … ${f.value(v.upper)}`],
      ]}
    />
  );
}

const order = ["drop", "test", "valid", "train"];

export function Measures({ of }: { of: Metrics }) {
  const t = useText();
  const f = useFormat();
  const parts = order.filter((part) => of[part]);
  const names = [...new Set(parts.flatMap((part) => Object.keys(of[part]!)))].sort();
  return (
    <section class="card" aria-labelledby="metrics-title">
      <h2 id="metrics-title">{t.run.metrics}</h2>
      <Table label={t.run.metrics}>
        <thead>
          <tr>
            <th scope="col">{t.run.metric}</th>
            {parts.map((part) => (
              <th scope="col" key={part} class="number">
                {t.run.parts[part] ?? part}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {parts.map((part) => (
                <td key={part} class="number">
                  {f.value(of[part]![name])}
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
        <span class="quiet">{board.metric}</span>
      </div>
      <Table label={t.run.leaderboard}>
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
              <td class="number">{e.rank}</td>
              <th scope="row">
                {e.learner} {e.chosen && <span class="badge live">{t.run.chosen}</span>}
              </th>
              <td class="number">{f.value(e.value)}</td>
              <td class="number nowrap">{e.low === null ? "–" : `${f.value(e.low)} … ${f.value(e.high)}`}</td>
            </tr>
          ))}
        </tbody>
      </Table>
    </section>
  );
}
