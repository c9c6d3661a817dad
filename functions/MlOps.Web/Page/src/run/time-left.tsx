import type { TimeLeft as Estimate } from "../api/types";
import { to } from "../router";
import { useFormat } from "../text/format";
import { useText } from "../text/language";

/** How long a run will go on by what earlier runs took: an estimate, and it says of which runs. */
export function TimeLeft({ of: left, now }: { of: Estimate; now: number }) {
  const t = useText();
  const f = useFormat();
  return (
    <div class="quiet">
      <p>
        {t.run.left(f.seconds(left.seconds), f.clock(new Date(now + left.seconds * 1000).toISOString()), left.runs.length)}
        {left.runs.length > 1 && ` ${t.run.leftRange(f.seconds(left.least), f.seconds(left.most))}`}
      </p>
      <details>
        <summary>{t.run.leftOf}</summary>
        <ul class="plain">
          {left.runs.map((id) => (
            <li key={id}>
              <a href={to.run(id)}>{id}</a>
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}
