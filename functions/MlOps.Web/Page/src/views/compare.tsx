import { at } from "../api/client";
import type { ModelComparison } from "../api/types";
import { useLoad } from "../api/use-load";
import { Show, Table } from "../parts/parts";
import { to } from "../router";
import { useFormat } from "../text/format";
import { useText } from "../text/language";

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

function Sides({ of }: { of: ModelComparison }) {
  const t = useText();
  const f = useFormat();
  const parameters = Object.entries(of.parameters);
  const heads = (
    <>
      <th scope="col" class="number"><code>{of.left.version}</code></th>
      <th scope="col" class="number"><code>{of.right.version}</code></th>
    </>
  );
  const part = (name: string) => {
    const [first, ...rest] = name.split("/");
    return `${t.run.parts[first!] ?? first} · ${rest.join("/")}`;
  };
  return (
    <>
      <section class="card" aria-labelledby="both-metrics">
        <h2 id="both-metrics">{t.compare.metrics}</h2>
        <Table label={t.compare.metrics}>
          <thead>
            <tr>
              <th scope="col">{t.run.metric}</th>
              {heads}
              <th scope="col" class="number">{t.compare.difference}</th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(of.metrics).map(([name, [left, right]]) => (
              <tr key={name}>
                <th scope="row">{part(name)}</th>
                <td class="number">{f.value(left)}</td>
                <td class="number">{f.value(right)}</td>
                <td class="number">{typeof left === "number" && typeof right === "number" ? `${right > left ? "+" : ""}${f.value(right - left)}` : "–"}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      </section>
      <section class="card" aria-labelledby="both-parameters">
        <h2 id="both-parameters">{t.compare.parameters}</h2>
        {parameters.length === 0 ? (
          <p class="quiet">{t.compare.same}</p>
        ) : (
          <Table label={t.compare.parameters}>
            <thead>
              <tr>
                <th scope="col">{t.run.parameters}</th>
                {heads}
              </tr>
            </thead>
            <tbody>
              {parameters.map(([name, [left, right]]) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td class="number">{left ?? "–"}</td>
                  <td class="number">{right ?? "–"}</td>
                </tr>
              ))}
            </tbody>
          </Table>
        )}
      </section>
    </>
  );
}
