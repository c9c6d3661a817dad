import type { StepOutcome } from "../api/types";
import { useFormat } from "../text/format";
import { useText } from "../text/language";

/** When each step ran, as bars on one axis of time. */
export function Timings({ of, from, until }: { of: StepOutcome[]; from: string; until: string }) {
  const t = useText();
  const f = useFormat();
  const begun = Date.parse(from);
  const whole = Math.max(1, Date.parse(until) - begun);
  return (
    <ul class="timings" aria-label={t.run.timings}>
      {of.map((s, i) => {
        const start = s.startedAt ? Math.max(0, Date.parse(s.startedAt) - begun) : 0;
        const left = Math.min(100, (100 * start) / whole);
        return (
          <li key={i}>
            <span class="timing-name">{f.step(s.name)}</span>
            <svg class="timing-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
              <rect class="rail" width="100" height="8" />
              <rect class={s.skipped ? "skipped" : "ran"} x={Math.min(left, 99.4)} width={Math.max(0.6, Math.min(100 - left, (100_000 * s.seconds) / whole))} height="8" />
            </svg>
            <span class="timing-value">{s.skipped ? t.run.stepState.skipped : f.seconds(s.seconds)}</span>
          </li>
        );
      })}
    </ul>
  );
}
