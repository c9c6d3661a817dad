import type { ComponentChildren } from "preact";
import { useText } from "../text/language";
import { Table } from "./parts";

export interface Line {
  name: string;
  higherIsBetter?: boolean | null;
  cells: ComponentChildren[];
}

interface BesideOf {
  label: string;
  /** What the lines are. */
  head: string;
  heads: { key: string; name: ComponentChildren; label: string }[];
  lines: Line[];
}

/** Whether not all values are the same. */
export const differing = (values: unknown[]) => new Set(values).size > 1;

/** Things beside each other, a column each; the names of the lines stay in sight where there are many. */
export function Beside({ label, head, heads, lines }: BesideOf) {
  const t = useText();
  return (
    <Table label={label} class="stacking beside">
      <thead>
        <tr>
          <th scope="col">{head}</th>
          {heads.map((h) => (
            <th scope="col" key={h.key} class="number">{h.name}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.name}>
            <th scope="row">
              {line.name} {line.higherIsBetter !== undefined && line.higherIsBetter !== null && <span class="quiet small nowrap">{line.higherIsBetter ? `↑ ${t.compare.higher}` : `↓ ${t.compare.lower}`}</span>}
            </th>
            {line.cells.map((cell, i) => (
              <td key={heads[i]!.key} class="number" data-label={heads[i]!.label}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
