import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useFormat } from "../text/format";
import { useText } from "../text/language";
import { Table } from "./parts";

interface Series {
  name: string;
  values: (number | null)[];
  tone: "first" | "second" | "third";
  /** Its place among many, from 0: tells it from the others by colour and dashes in place of a tone. */
  place?: number;
  /** Points alone, without a line between them. */
  points?: boolean;
  /** A line alone, without points. */
  bare?: boolean;
}

interface Drawn {
  name: string;
  labels: string[];
  series: Series[];
  fromZero?: boolean;
  /** What the labels are, where they are no periods. */
  head?: string;
  /** The label at which an upright line stands. */
  mark?: number;
  /** Whether its numbers are in a table beside it anyway. */
  tableless?: boolean;
}

/** A line over labels. Who cannot see it hears its summary and may open it as a table. */
export function Chart({ name, labels, series, fromZero, head, mark, tableless }: Drawn) {
  const t = useText();
  const f = useFormat();
  const frame = useRef<HTMLDivElement>(null);
  const dark = useDark();
  const marked = useRef(mark);
  const drawn = useRef<uPlot | null>(null);
  const shown = useMemo(() => series.filter((s) => s.values.some((v) => v !== null)), [JSON.stringify(series)]);

  useEffect(() => {
    const box = frame.current;
    if (!box) return;
    const plot = new uPlot(options(box, labels, shown, fromZero ?? false, f.value, marked), [labels.map((_, i) => i), ...shown.map((s) => s.values)], box);
    drawn.current = plot;
    const watch = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: height }));
    watch.observe(box);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [dark, shown, labels.join("|")]);

  // A mark that moves is drawn anew on the same plot.
  useEffect(() => {
    marked.current = mark;
    drawn.current?.redraw(false);
  }, [mark]);

  return (
    <figure>
      <div class="legend" aria-hidden="true">
        {shown.map((s) => (
          <span key={s.name} class={s.place === undefined ? s.tone : `place-${s.place % colors} dash-${Math.floor(s.place / colors)}`}>
            {s.name}
          </span>
        ))}
      </div>
      <div ref={frame} class="plot" role="img" aria-label={(head ? t.charts.summaryOf : t.charts.summary)(name, labels.length, labels[0] ?? "", labels[labels.length - 1] ?? "")} />
      {!tableless && (<details>
        <summary>{t.showTable}</summary>
        <Table label={name}>
          <thead>
            <tr>
              <th scope="col">{head ?? t.periods.period}</th>
              {shown.map((s) => (
                <th scope="col" key={s.name} class="number">
                  {s.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {labels.map((label, i) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                {shown.map((s) => (
                  <td key={s.name} class="number">
                    {f.value(s.values[i])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </Table>
      </details>)}
    </figure>
  );
}

const height = 210;
const colors = 6;
const dashes = [[], [9, 4], [3, 3], [12, 3, 3, 3]];

function options(box: HTMLElement, labels: string[], series: Series[], fromZero: boolean, value: (n: number) => string, marked: { current: number | undefined }): uPlot.Options {
  const style = getComputedStyle(box);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const axis = { stroke: color("--ink-2"), grid: { stroke: color("--line"), width: 1 }, ticks: { show: false }, font: `12px ${style.fontFamily}` };
  return {
    width: Math.max(200, box.clientWidth),
    height,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 8 } },
    hooks: {
      draw: [
        (plot) => {
          if (marked.current === undefined) return;
          const x = Math.round(plot.valToPos(marked.current, "x", true));
          plot.ctx.save();
          plot.ctx.strokeStyle = color("--ink");
          plot.ctx.setLineDash([6, 4]);
          plot.ctx.beginPath();
          plot.ctx.moveTo(x, plot.bbox.top);
          plot.ctx.lineTo(x, plot.bbox.top + plot.bbox.height);
          plot.ctx.stroke();
          plot.ctx.restore();
        },
      ],
    },
    scales: {
      x: { time: false, range: (_, min, max) => [min - 0.3, max + 0.3] },
      y: fromZero ? { range: (_, __, max) => [0, max > 0 ? max * 1.15 : 1] } : {},
    },
    axes: [
      { ...axis, size: 32, grid: { show: false }, splits: (_, __, min, max) => marks(labels.length, min, max, box.clientWidth), values: (_, at) => at.map((i) => labels[i] ?? "") },
      { ...axis, size: 64, values: (_, at) => at.map(value) },
    ],
    series: [
      {},
      ...series.map((s) => {
        const stroke = color(s.place !== undefined ? `--place-${s.place % colors}` : s.tone === "first" ? "--series-1" : s.tone === "second" ? "--series-2" : "--ink-2");
        return { label: s.name, stroke, width: s.points ? 0 : 2.5, spanGaps: true, dash: s.place === undefined ? undefined : dashes[Math.floor(s.place / colors)], points: { show: !s.bare && (labels.length < 40 || s.points === true), size: s.points ? 5 : 7, fill: stroke }, paths: s.points ? () => null : undefined };
      }),
    ],
  };
}

// As many labels as fit beside each other.
function marks(count: number, min: number, max: number, width: number): number[] {
  const every = Math.max(1, Math.ceil(count / Math.max(2, Math.floor(width / 110))));
  const all: number[] = [];
  for (let i = Math.max(0, Math.ceil(min)); i <= Math.min(count - 1, max); i++) {
    if (i % every === 0) all.push(i);
  }
  return all;
}

function useDark(): boolean {
  const query = useMemo(() => matchMedia("(prefers-color-scheme: dark)"), []);
  const [dark, setDark] = useState(query.matches);
  useEffect(() => {
    const changed = () => setDark(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, [query]);
  return dark;
}
