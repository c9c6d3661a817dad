import { useFormat } from "../text/format";
import { useText } from "../text/language";
import { useStage } from "./stage";

interface Line {
  time: string;
  text: string;
}

/** What a run did and waited for, as bars on one axis of time without gaps: each lasts until the next begins. */
export function Spans({ of, until, live }: { of: Line[]; until: number; live: boolean }) {
  const t = useText();
  const f = useFormat();
  const { isStage, nameOf } = useStage();
  const stages = of.filter((line) => isStage(line.text)).map((line) => ({ text: line.text, from: Date.parse(line.time) }));
  const first = stages[0]?.from ?? until;
  const whole = Math.max(1, until - first);
  if (stages.length === 0) return <p class="quiet">{t.run.logEmpty}</p>;
  return (
    <ul class="timings" aria-label={t.run.timings}>
      {stages.map((stage, i) => {
        const end = stages[i + 1]?.from ?? until;
        const waits = /^waits? for /.test(stage.text);
        const last = live && i === stages.length - 1;
        return (
          <li key={i}>
            <span class="timing-name">{nameOf(stage.text)}</span>
            <svg class="timing-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
              <rect class="rail" width="100" height="8" />
              <rect class={waits ? "skipped" : "ran"} x={Math.min(99.4, (100 * (stage.from - first)) / whole)} width={Math.max(0.6, (100 * (end - stage.from)) / whole)} height="8" />
            </svg>
            <span class="timing-value">
              {f.seconds(Math.max(0, (end - stage.from) / 1000))}
              {last && "…"}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
