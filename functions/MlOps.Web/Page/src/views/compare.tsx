import { at } from "../api/client";
import type { ModelComparison, SameRows } from "../api/types";
import { useLoad } from "../api/use-load";
import { Show, Table } from "../parts/parts";
import { to } from "../router";
import { useFormat } from "../text/format";
import { useText } from "../text/language";
import { Worded } from "../text/say";

export function Compare({ name, left, right }: { name: string; left: string; right: string }) {
  const t = useText();
  const loaded = useLoad<ModelComparison>(at.compare(name, left, right));
  return (
    <>
      <div class="head">
        <p class="crumbs">
          <a href={to.overview()}>{t.overview.title}</a> <a href={to.pipeline(name)}>{name}</a> <a href={to.tab(name, "models")}>{t.models.title}</a>
        </p>
        <h1 tabIndex={-1}>{t.compare.title}</h1>
      </div>
      <Show of={loaded} lines={6}>{(both) => <Sides of={both} />}</Show>
    </>
  );
}

function Heads({ of }: { of: ModelComparison }) {
  return (
    <>
      <th scope="col" class="number"><code>{of.left.version}</code></th>
      <th scope="col" class="number"><code>{of.right.version}</code></th>
    </>
  );
}

function Sides({ of }: { of: ModelComparison }) {
  return (
    <>
      <Same of={of} />
      <Own of={of} />
      <Parameters of={of} />
    </>
  );
}

/** The two on the same rows: the only figures whose difference speaks of the models. */
function Same({ of }: { of: ModelComparison }) {
  const t = useText();
  const f = useFormat();
  const same: SameRows = of.sameRows;
  const names = Object.keys(same.metrics).sort((a, b) => Number(b === same.metric) - Number(a === same.metric) || Number(same.metrics[a]!.higherIsBetter === null) - Number(same.metrics[b]!.higherIsBetter === null) || a.localeCompare(b));
  return (
    <section class="card" aria-labelledby="same-rows">
      <h2 id="same-rows">{t.compare.same_rows}</h2>
      {same.problem ? (
        <Worded as="p" said={same.problem} text={same.problem.code} />
      ) : (
        <>
          <p class="quiet">{t.compare.same_rows_hint(f.count(same.rows), same.periods.map(f.period).join(", "))}</p>
          <Table label={t.compare.same_rows} class="stacking">
            <thead>
              <tr>
                <th scope="col">{t.run.metric}</th>
                <Heads of={of} />
                <th scope="col" class="number">{t.compare.difference}</th>
                <th scope="col" class="number">{t.compare.interval}</th>
              </tr>
            </thead>
            <tbody>
              {names.map((name) => {
                const m = same.metrics[name]!;
                const side = m.higherIsBetter === null || m.difference === null || m.difference === 0 ? null : m.difference > 0 === m.higherIsBetter ? "right" : "left";
                return (
                  <tr key={name}>
                    <th scope="row">
                      {name} {m.higherIsBetter !== null && <span class="quiet small nowrap">{m.higherIsBetter ? `↑ ${t.compare.higher}` : `↓ ${t.compare.lower}`}</span>}
                    </th>
                    <td class={`number ${side === "left" ? "better" : ""}`} data-label={of.left.version}>{f.value(m.left)}{side === "left" && <span class="unseen"> {t.compare.better}</span>}</td>
                    <td class={`number ${side === "right" ? "better" : ""}`} data-label={of.right.version}>{f.value(m.right)}{side === "right" && <span class="unseen"> {t.compare.better}</span>}</td>
                    <td class="number" data-label={t.compare.difference}>{m.difference === null ? "–" : `${m.difference > 0 ? "+" : ""}${f.value(m.difference)}`}</td>
                    <td class="number nowrap" data-label={t.compare.interval}>{m.low === null ? "–" : `${f.value(m.low)} … ${f.value(m.high)}`}</td>
                  </tr>
                );
              })}
            </tbody>
          </Table>
          <p class="quiet small">{t.compare.interval_hint(f.count(same.resamples), same.metric ?? "", f.count(same.rows))}</p>
        </>
      )}
    </section>
  );
}

/** What each was registered with, of rows of its own: no difference is formed of these. */
function Own({ of }: { of: ModelComparison }) {
  const t = useText();
  const f = useFormat();
  const part = (name: string) => {
    const [first, ...rest] = name.split("/");
    return `${t.run.parts[first!] ?? first} · ${rest.join("/")}`;
  };
  return (
    <section class="card" aria-labelledby="own-rows">
      <details>
        <summary id="own-rows">{t.compare.own_rows}</summary>
        <p class="quiet">{t.compare.own_rows_hint}</p>
        <Table label={t.compare.own_rows} class="stacking">
          <thead>
            <tr>
              <th scope="col">{t.run.metric}</th>
              <Heads of={of} />
            </tr>
          </thead>
          <tbody>
            {Object.entries(of.metrics).map(([name, [left, right]]) => (
              <tr key={name}>
                <th scope="row">{part(name)}</th>
                <td class="number" data-label={of.left.version}>{f.value(left)}</td>
                <td class="number" data-label={of.right.version}>{f.value(right)}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      </details>
    </section>
  );
}

function Parameters({ of }: { of: ModelComparison }) {
  const t = useText();
  const parameters = Object.entries(of.parameters);
  return (
    <section class="card" aria-labelledby="both-parameters">
      <h2 id="both-parameters">{t.compare.parameters}</h2>
      {parameters.length === 0 ? (
        <p class="quiet">{t.compare.same}</p>
      ) : (
        <Table label={t.compare.parameters} class="stacking">
          <thead>
            <tr>
              <th scope="col">{t.run.parameters}</th>
              <Heads of={of} />
            </tr>
          </thead>
          <tbody>
            {parameters.map(([name, [left, right]]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td class="number" data-label={of.left.version}>{left ?? "–"}</td>
                <td class="number" data-label={of.right.version}>{right ?? "–"}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </section>
  );
}
