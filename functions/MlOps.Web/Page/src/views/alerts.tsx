import { useState } from "preact/hooks";
import { at, post } from "../api/client";
import type { AlertFacts, DriftSummary, Page, Performance } from "../api/types";
import type { Loaded } from "../api/use-load";
import { announce } from "../parts/announce";
import { Dialog } from "../parts/dialog";
import { Badge, Show } from "../parts/parts";
import { Sparkline } from "../parts/sparkline";
import { useFormat } from "../text/format";
import { useText } from "../text/language";
import { Worded } from "../text/say";

type Verb = "acknowledge" | "mute" | "unmute";

interface AlertsOf {
  name: string;
  alerts: Loaded<Page<AlertFacts>>;
  drift: DriftSummary | null;
  performance: Performance[];
}

/** What must be looked at, a sentence and a line each, and what people have decided about it. */
export function Alerts({ name, alerts, drift, performance }: AlertsOf) {
  const t = useText();
  const [asks, setAsks] = useState<{ verb: Verb; of: AlertFacts } | null>(null);
  return (
    <Show of={alerts} lines={3}>
      {(page) => {
        if (page.items.length === 0) return null;
        const heard = page.items.filter((a) => a.quieted === null);
        const quiet = page.items.filter((a) => a.quieted !== null);
        const list = (of: AlertFacts[]) => (
          <ul class="alerts">
            {of.map((a) => (
              <Alert key={`${a.kind}/${a.subject}/${a.openedBy}`} of={a} over={overOf(a, drift, performance)} short={shortOf(a, drift)} ask={(verb) => setAsks({ verb, of: a })} />
            ))}
          </ul>
        );
        return (
          <section class="card" aria-labelledby="alerts-title">
            <h2 id="alerts-title">{t.alerts.title}</h2>
            {heard.length > 0 ? list(heard) : <p class="quiet">{t.alerts.allQuiet}</p>}
            {quiet.length > 0 && (
              <details>
                <summary>{t.alerts.quiet(quiet.length)}</summary>
                {list(quiet)}
              </details>
            )}
            {asks && <Ask name={name} verb={asks.verb} of={asks.of} close={() => setAsks(null)} done={alerts.is === "loading" ? () => {} : alerts.reload} />}
          </section>
        );
      }}
    </Show>
  );
}

interface Short {
  psi: number;
  importance: number | null;
}

function Alert({ of: a, over, short, ask }: { of: AlertFacts; over: (number | null)[]; short: Short | null; ask: (verb: Verb) => void }) {
  const t = useText();
  const f = useFormat();
  const kind = t.alerts.kind[a.kind] ?? a.kind;
  const label = `${kind} ${a.subject}`;
  return (
    <li class={a.quieted ? "quieted" : a.kind}>
      <div class="alert-line">
        <p>
          <strong>{kind}</strong> <code>{a.subject}</code>{" "}
          <span class="quiet">{a.openedIn === a.lastSeenIn ? t.alerts.of(f.period(a.openedIn)) : t.alerts.since(f.period(a.openedIn), f.period(a.lastSeenIn))}</span>
        </p>
        <Sparkline of={over} />
      </div>
      {short ? (
        <>
          <p>{short.importance === null ? t.alerts.moved(f.value(short.psi)) : t.alerts.movedColumn(f.value(short.psi), f.percent(short.importance))}</p>
          <details>
            <summary>{t.alerts.details}</summary>
            <Worded as="p" said={a.said} text={a.text} />
          </details>
        </>
      ) : (
        <Worded as="p" said={a.said.parts?.cause ?? a.said} text={a.said.arguments.cause ?? a.text} />
      )}
      {a.quieted && (
        <p class="quiet">
          <Badge tone="calm">{a.quieted.until ? t.alerts.mutedUntil(f.time(a.quieted.until)) : t.alerts.acknowledged}</Badge> {t.alerts.by(a.quieted.who, a.quieted.why)}
        </p>
      )}
      <div class="links">
        {a.quieted ? (
          <button type="button" aria-label={`${t.alerts.unmute}: ${label}`} onClick={() => ask("unmute")}>
            {t.alerts.unmute}
          </button>
        ) : (
          <>
            <button type="button" aria-label={`${t.alerts.acknowledge}: ${label}`} onClick={() => ask("acknowledge")}>
              {t.alerts.acknowledge}
            </button>
            <button type="button" aria-label={`${t.alerts.mute}: ${label}`} onClick={() => ask("mute")}>
              {t.alerts.mute}
            </button>
          </>
        )}
      </div>
    </li>
  );
}

function Ask({ name, verb, of: a, close, done }: { name: string; verb: Verb; of: AlertFacts; close: () => void; done: () => void }) {
  const t = useText();
  const [why, setWhy] = useState("");
  const [until, setUntil] = useState(() => dayIn(7));
  return (
    <Dialog
      title={t.alerts.ask[verb]}
      yes={t.alerts[verb]}
      close={close}
      act={async () => {
        const body = { kind: a.kind, subject: a.subject, why: verb === "unmute" ? null : why, until: verb === "mute" ? new Date(`${until}T00:00`).toISOString() : null };
        await post(`${at.alerts(name)}/${verb}`, body);
        announce(t.alerts.done[verb]);
        done();
      }}
    >
      <p>
        <strong>{t.alerts.kind[a.kind] ?? a.kind}</strong> <code>{a.subject}</code>: {t.alerts.askText[verb]}
      </p>
      {verb === "mute" && (
        <label class="field">
          <span>{t.alerts.until}</span>
          <input type="date" required min={dayIn(1)} max={dayIn(365)} value={until} onInput={(e) => setUntil(e.currentTarget.value)} />
        </label>
      )}
      {verb !== "unmute" && (
        <label class="field">
          <span>{t.alerts.why}</span>
          <input type="text" required maxLength={500} value={why} onInput={(e) => setWhy(e.currentTarget.value)} />
        </label>
      )}
    </Dialog>
  );
}

// A day by the reader's calendar.
function dayIn(days: number): string {
  const day = new Date();
  day.setDate(day.getDate() + days);
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
}

// What the alert is about, over the periods: distances of a column or of the scores, or the metric as it was measured.
function overOf(a: AlertFacts, drift: DriftSummary | null, performance: Performance[]): (number | null)[] {
  if (a.kind === "performance" || a.kind === "estimated-performance") {
    const key = a.subject.toLowerCase().replace(/ /g, "_");
    return [...performance].reverse().map((p) => p.metrics.drop?.[key] ?? null);
  }
  return columnOf(a, drift)?.over ?? [];
}

// Figures that stand for the newest watched period are told of an alert that was seen in it alone, and of values that have moved: not of missing ones.
function shortOf(a: AlertFacts, drift: DriftSummary | null): Short | null {
  if (!["drift-values", "drift-score"].includes(a.said.parts?.cause?.code ?? "")) return null;
  const column = columnOf(a, drift);
  return column && column.psi !== null && column.drifted && drift?.period === a.lastSeenIn ? { psi: column.psi, importance: column.kind === "score" ? null : column.importance } : null;
}

function columnOf(a: AlertFacts, drift: DriftSummary | null) {
  if (a.kind !== "drift" && a.kind !== "score-drift") return null;
  return drift?.columns.find((c) => c.column === a.subject && (c.kind === "score") === (a.kind === "score-drift")) ?? null;
}
