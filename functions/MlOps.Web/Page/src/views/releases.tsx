import type { Release } from "../api/types";
import { Table } from "../parts/parts";
import { to } from "../router";
import { useFormat } from "../text/format";
import { useText } from "../text/language";
import { Worded } from "../text/say";

/** Every decision about the model in production. */
export function Releases({ of }: { of: Release[] }) {
  const t = useText();
  const f = useFormat();
  if (of.length === 0) return null;
  return (
    <section class="card" aria-labelledby="releases-title">
      <h2 id="releases-title">{t.models.history}</h2>
      <Table label={t.models.history} class="stacking">
        <thead>
          <tr>
            <th scope="col">{t.models.when}</th>
            <th scope="col">{t.models.became}</th>
            <th scope="col">{t.models.who}</th>
            <th scope="col">{t.models.why}</th>
          </tr>
        </thead>
        <tbody>
          {of.map((r) => (
            <tr key={`${r.at}${r.reason}`}>
              <td class="nowrap">{f.time(r.at)}</td>
              <td class="nowrap">{r.champion ? <code>{r.champion}</code> : "–"}</td>
              <td class="nowrap">{r.mover === "hand" ? t.models.hand : <a href={to.run(r.mover)}>{t.periods.runOf(f.period(r.period))}</a>}</td>
              <td>
                <Worded said={r.said} text={r.reason} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </section>
  );
}
