import { useFormat } from "../text/format";

const width = 320;
const height = 240;
const left = 44;
const bottom = 34;
const edge = 10;

interface Drawn {
  /** What it shows, for whoever cannot see it; its figures stand beside it. */
  label: string;
  x: string;
  y: string;
  points: [number, number][];
  /** A straight line to hold it against, such as guessing. */
  beside?: [number, number][];
  mark?: [number, number];
  /** Largest value of both axes; 1 unless said. */
  top?: number;
}

// A step of 1, 2, 2.5 or 5 times a power of ten, so that marks are round.
function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 2.5, 5, 10].find((n) => n * power >= rough * (1 - 1e-9))! * power;
}

/** A curve over two shares. */
export function Curve({ label, x: xTitle, y: yTitle, points, beside, mark, top = 1 }: Drawn) {
  const f = useFormat();
  const x = (v: number) => left + (v / top) * (width - left - edge);
  const y = (v: number) => height - bottom - (v / top) * (height - bottom - edge);
  const path = (of: [number, number][]) => of.map(([a, b], i) => `${i ? "L" : "M"}${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("");
  const step = roundStep(top / 4);
  const ticks = Array.from({ length: Math.floor(top / step + 1e-9) + 1 }, (_, i) => Number((i * step).toPrecision(6)));
  return (
    <svg class="curve" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {ticks.map((v) => (
        <g key={v}>
          <path class="grid-line" d={`M${left} ${y(v)}H${width - edge}`} />
          <text x={left - 6} y={y(v) + 4} text-anchor="end">{f.value(v)}</text>
          <text x={x(v)} y={height - bottom + 15} text-anchor="middle">{f.value(v)}</text>
        </g>
      ))}
      <text x={(left + width) / 2} y={height - 4} text-anchor="middle">{xTitle}</text>
      <text x={11} y={(height - bottom) / 2} text-anchor="middle" transform={`rotate(-90 11 ${(height - bottom) / 2})`}>{yTitle}</text>
      {beside && <path class="beside" d={path(beside)} />}
      <path class="line" d={path(points)} />
      {mark && <circle cx={x(mark[0])} cy={y(mark[1])} r="4" />}
    </svg>
  );
}
