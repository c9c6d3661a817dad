import type { Finding } from "../api/types";
import { Table } from "../parts/parts";
import { useFormat } from "../text/format";
import { useText } from "../text/language";
import { Worded } from "../text/say";

/** What is wrong or odd in a file, and where. Texts from files are shown as texts. */
export function Findings({ of, count }: { of: Finding[]; count: number }) {
  const t = useText();
  const f = useFormat();
  const shown = of.slice(0, 50);
  return (
    <>
      <Table label={t.data.findings} class="stacking">
        <thead>
          <tr>
            <th scope="col">{t.data.where}</th>
            <th scope="col">{t.data.column}</th>
            <th scope="col">{t.data.what}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((finding, i) => (
            <tr key={i}>
              <td class="nowrap">{t.data.line(finding.line, finding.column)}</td>
              <td>{finding.columnName === null ? "–" : <code>{finding.columnName}</code>}</td>
              <td>
                <Worded said={finding.said} text={finding.message} /> {finding.text !== null && <code class="small">{finding.text}</code>}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
      {count > shown.length && <p class="quiet">{t.data.moreErrors(count - shown.length)} ({f.count(count)})</p>}
    </>
  );
}
