import { useState } from "preact/hooks";
import { useFormat } from "../text/format";
import { useText } from "../text/language";
import { Worded } from "../text/say";
import { StepLook } from "./step-look";
import type { Node } from "./steps";

const signs: Record<Node["state"], string> = {
  done: "M5 10.5l3.5 3.5L15 7",
  skipped: "M5 6l5 4-5 4zM11 6l5 4-5 4z",
  running: "M10 4v6l4 2.5",
  waiting: "M6 10h8",
  failed: "M6 6l8 8M14 6l-8 8",
  off: "M6 10h8",
};

/** The steps in their order, each with its state; one of them can be opened. What the running one is about is told by whoever follows the run. */
export function Graph({ rows, run, doing }: { rows: Node[][]; run: string; doing: string | null }) {
  const t = useText();
  const [open, setOpen] = useState<string | null>(null);
  const chosen = rows.flat().find((n) => n.name === open);
  return (
    <>
      <ol class="graph">
        {rows.map((row) => (
          <li key={row[0]!.name} class={row.every((n) => n.state === "waiting" || n.state === "off") ? "dim" : undefined}>
            <ul>
              {row.map((node) => (
                <li key={node.name}>
                  <Step node={node} open={node.name === open} toggle={() => setOpen(node.name === open ? null : node.name)} />
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
      <p class="quiet small">{t.run.stepsHint}</p>
      <div id="step-details" aria-live="polite">
        {chosen && <Details key={chosen.name} of={chosen} run={run} doing={doing} />}
      </div>
    </>
  );
}

function Step({ node, open, toggle }: { node: Node; open: boolean; toggle: () => void }) {
  const t = useText();
  const f = useFormat();
  return (
    <button type="button" class={`step ${node.state}`} aria-expanded={open} aria-controls="step-details" onClick={toggle}>
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <path d={signs[node.state]} />
      </svg>
      <span class="step-name">{t.step[node.name] ?? node.name}</span>
      <span class="step-note">
        <span class={node.outcomes.length > 0 && node.state === "done" ? "unseen" : undefined}>{t.run.stepState[node.state]}</span>
        {node.state === "done" && node.outcomes.length > 0 && <span> {f.seconds(node.seconds)}</span>}
      </span>
    </button>
  );
}

function Details({ of: node, run, doing }: { of: Node; run: string; doing: string | null }) {
  const t = useText();
  const f = useFormat();
  return (
    <div class="step-details">
      <h3>{t.step[node.name] ?? node.name}</h3>
      {node.state === "running" && <p>{doing ?? t.run.stepState.running}</p>}
      {node.outcomes.length === 0 ? (
        node.state !== "running" && <p class="quiet">{node.state === "done" ? t.run.unknownReason : node.state === "off" || node.state === "waiting" ? t.run.noneRan : t.run.stepState[node.state]}</p>
      ) : (
        <ul class="outcomes">
          {node.outcomes.slice(0, 12).map((o) => (
            <li key={`${o.key}${o.startedAt}`}>
              <strong>{o.name}</strong> <Worded said={o.said} text={o.reason} />{" "}
              <span class="quiet nowrap">{f.seconds(o.seconds)}</span>
              <br />
              <code class="small">{o.key}</code> <StepLook run={run} stepKey={o.key} name={o.name} />
            </li>
          ))}
          {node.outcomes.length > 12 && <li class="quiet">{t.data.moreErrors(node.outcomes.length - 12)}</li>}
        </ul>
      )}
    </div>
  );
}
