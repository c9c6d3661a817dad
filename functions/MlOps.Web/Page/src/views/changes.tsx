import type { AuditRecord, Page } from "../api/types";
import { at } from "../api/client";
import { useLoad } from "../api/use-load";
import { Pager, usePages } from "../parts/pager";
import { Empty, Show, Table } from "../parts/parts";
import { useFormat } from "../text/format";
import { Said, useText } from "../text/language";

/** Who asked for which change, and what became of it. */
export function Changes({ name }: { name: string }) {
  const t = useText();
  const f = useFormat();
  const pages = usePages(name);
  const loaded = useLoad<Page<AuditRecord>>(at.audit(name, pages.after), 10_000);
  return (
    <section class="card" aria-labelledby="changes-title">
      <h2 id="changes-title">{t.changes.title}</h2>
      <p class="quiet">{t.changes.hint}</p>
      <Show of={loaded} lines={5}>
        {(list) =>
          list.items.length === 0 ? (
            <Empty title={t.changes.empty} />
          ) : (
            <>
              <Table label={t.changes.title} class="stacking">
                <thead>
                  <tr>
                    <th scope="col">{t.models.when}</th>
                    <th scope="col">{t.changes.who}</th>
                    <th scope="col">{t.changes.what}</th>
                    <th scope="col">{t.changes.of}</th>
                    <th scope="col">{t.changes.outcome}</th>
                  </tr>
                </thead>
                <tbody>
                  {list.items.map((r) => (
                    <tr key={r.id}>
                      <td class="nowrap">{f.time(r.at)}</td>
                      <td data-label={t.changes.who}>{r.who}</td>
                      <th scope="row">{t.changes.action[r.action] ?? r.action}</th>
                      <td class="parameters">
                        {Object.entries(r.subject)
                          .filter(([, value]) => value !== null && value !== "")
                          .map(([key, value]) => (
                            <span key={key}>
                              <span class="quiet">{key}</span> <code>{typeof value === "string" ? short(value) : JSON.stringify(value)}</code>{" "}
                            </span>
                          ))}
                      </td>
                      <td data-label={t.changes.outcome}>{r.outcome === "done" ? t.changes.done : r.outcome === "begun" ? t.changes.begun : <Said>{r.outcome}</Said>}</td>
                    </tr>
                  ))}
                </tbody>
              </Table>
              <Pager pages={pages} continuation={list.continuation} />
            </>
          )
        }
      </Show>
    </section>
  );
}

// A hash is told by its beginning.
const short = (value: string) => (/^[0-9a-f]{64}$/.test(value) ? `${value.slice(0, 12)}…` : value);
