const width = 120;
const height = 28;
const edge = 3;

/** A line as small as a word; whoever cannot see it reads the sentence beside it. Gaps break the line. */
export function Sparkline({ of }: { of: (number | null)[] }) {
  const known = of.filter((v): v is number => v !== null);
  if (known.length < 2) return null;
  const low = Math.min(...known);
  const high = Math.max(...known);
  const x = (i: number) => edge + (i * (width - 2 * edge)) / (of.length - 1);
  const y = (v: number) => (high === low ? height / 2 : height - edge - ((v - low) * (height - 2 * edge)) / (high - low));
  const path = of.map((v, i) => (v === null ? "" : `${i > 0 && of[i - 1] !== null ? "L" : "M"}${x(i).toFixed(1)} ${y(v).toFixed(1)}`)).join("");
  const last = of.reduce<number>((at, v, i) => (v === null ? at : i), 0);
  return (
    <svg class="spark" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <path d={path} />
      <circle cx={x(last)} cy={y(of[last]!)} r="2.5" />
    </svg>
  );
}
