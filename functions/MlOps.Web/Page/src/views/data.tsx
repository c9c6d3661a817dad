import { useState } from "preact/hooks";
import { at } from "../api/client";
import type { FileFacts, Page, PeriodFacts, RejectionList } from "../api/types";
import { useLoad } from "../api/use-load";
import { DropZone } from "../parts/drop-zone";
import { Pager, usePages } from "../parts/pager";
import { Empty, Show, Table } from "../parts/parts";
import { useFormat } from "../text/format";
import { useText } from "../text/language";
import { Dictionary } from "./dictionary";
import { Findings } from "./findings";
import { Profile } from "./profile";

const reasons = ".errors.json";

/** What came in: what was refused and why, and what the columns hold. */
export function Data({ name }: { name: string }) {
  const t = useText();
  const pages = usePages(name);
  const rejected = useLoad<Page<FileFacts>>(at.rejected(name, pages.after), 5000);
  return (
    <>
      <DropZone pipeline={name} taken={() => rejected.is !== "loading" && rejected.reload()} />
      <section class="card" aria-labelledby="quarantine-title">
        <h2 id="quarantine-title">{t.data.quarantine}</h2>
        <p class="quiet">{t.data.quarantineHint}</p>
        <Show of={rejected}>
          {(list) =>
            list.items.length === 0 ? (
              <Empty title={t.data.quarantineEmpty} />
            ) : (
              <>
                <Quarantine name={name} of={list.items} />
                <Pager pages={pages} continuation={list.continuation} />
              </>
            )
          }
        </Show>
      </section>
      <Dictionary name={name} />
      <Profiles name={name} />
    </>
  );
}

function Quarantine({ name, of }: { name: string; of: FileFacts[] }) {
  const t = useText();
  const f = useFormat();
  const [open, setOpen] = useState<string | null>(null);
  const listed = new Set(of.map((file) => file.name));
  const files = of.filter((file) => !file.name.endsWith(reasons));
  return (
    <>
      <Table label={t.data.quarantine} class="stacking">
        <thead>
          <tr>
            <th scope="col">{t.data.file}</th>
            <th scope="col" class="number">{t.data.size}</th>
            <th scope="col">{t.data.when}</th>
            <th scope="col">
              <span class="unseen">{t.data.download}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {files.map((file) => {
            const list = file.name.replace(/\.(csv|zip)$/, reasons);
            return (
              <tr key={file.name}>
                <th scope="row">
                  <code>{file.name}</code>
                </th>
                <td class="number">{f.bytes(file.length)}</td>
                <td class="nowrap">{f.time(file.lastModified)}</td>
                <td>
                  <div class="links">
                    <a class="button" href={file.path} download aria-label={t.data.downloadOf(file.name)}>
                      {t.data.download}
                    </a>
                    {listed.has(list) && (
                      <button type="button" aria-expanded={open === list} aria-label={t.data.showFindings(file.name)} onClick={() => setOpen(open === list ? null : list)}>
                        {t.data.findings}
                      </button>
                    )}
                  </div>
                </td>
              </tr>
            );
          })}
        </tbody>
      </Table>
      <div aria-live="polite">{open && <Reasons name={name} file={open} />}</div>
    </>
  );
}

function Reasons({ name, file }: { name: string; file: string }) {
  const loaded = useLoad<RejectionList>(at.rejectedFile(name, file));
  return <Show of={loaded}>{(list) => <Findings of={list.errors} count={list.errorCount} />}</Show>;
}

function Profiles({ name }: { name: string }) {
  const t = useText();
  const f = useFormat();
  const periods = useLoad<Page<PeriodFacts>>(at.periods(name, 100));
  const [chosen, choose] = useState<string>();
  return (
    <section class="card" aria-labelledby="profile-title">
      <Show of={periods}>
        {(list) => {
          const usable = list.items.filter((p) => p.standing === "done" || p.standing === "pending");
          const period = chosen ?? usable[0]?.period;
          return (
            <>
              <div class="card-head">
                <h2 id="profile-title">{t.data.profile}</h2>
                {period && (
                  <label class="inline">
                    <span>{t.data.period}</span>
                    <select value={period} onChange={(e) => choose(e.currentTarget.value)}>
                      {usable.map((p) => (
                        <option key={p.period} value={p.period}>
                          {f.period(p.period)}
                        </option>
                      ))}
                    </select>
                  </label>
                )}
              </div>
              {period ? <Profile name={name} period={period} /> : <p class="quiet">{t.data.noFile}</p>}
            </>
          );
        }}
      </Show>
    </section>
  );
}
