import type { LiveStep, RunDetails, StepOutcome } from "../api/types";

export type StepState = "done" | "skipped" | "running" | "waiting" | "failed" | "off";

export interface Node {
  name: string;
  state: StepState;
  outcomes: StepOutcome[];
  seconds: number;
}

// The order in which a run takes its steps; what is beside each other in a row may run at the same time.
const whole: string[][] = [
  ["admit"],
  ["validate"],
  ["accumulate"],
  ["featurize", "inspect"],
  ["tune"],
  ["train", "baseline"],
  ["evaluate"],
  ["leaderboard"],
  ["compare"],
  ["predict", "explain"],
  ["monitor"],
  ["report"],
  ["publish"],
];

// The history is read and checked; the work begins with the first period.
const ofHistory: string[][] = [["admit"], ["validate"], ["end"]];

// What a stage of the run is called as a step.
const stepOf: Record<string, string> = { promote: "compare" };

/** Begins the stage of a run that asks a person whether its model may predict. */
export const asking = "wait for approval of ";

// Steps that leave no outcome of their own.
const bare = new Set(["admit", "publish", "end"]);

/** The steps a run can be begun again at. */
export const rerunnable = ["validate", "accumulate", "featurize", "inspect", "train", "baseline", "evaluate", "leaderboard", "compare", "predict", "explain", "monitor", "report"];

// The place in the graph that a step belongs to.
const nodeOf = (step: string) => (step === "measure" ? "predict" : (step.split("-")[0] ?? step));

// A run that goes on tells of a step what is small; the rest is in the step's record, which is asked for when somebody looks.
const liveOutcome = (name: string, step: LiveStep): StepOutcome => ({
  name,
  key: step.key,
  skipped: step.skipped === true,
  reason: "",
  seconds: step.seconds,
  startedAt: null,
  usage: null,
  said: step.skipped ? { code: "step-done", arguments: {}, parts: null } : null,
});

/** The run's graph as it stands: from its document at the end, from the stages that were seen until then. */
export function graphOf(run: RunDetails, stage: string | null, seen: string[]): Node[][] {
  const rows = run.run.period === "initial" ? ofHistory : whole;
  // A run has a document from its beginning, which says nothing of steps until the end.
  const document = run.run.state === "active" ? null : run.document;
  if (document === null) {
    const places = new Map(rows.flatMap((row, i) => row.map((name) => [name, i] as const)));
    const placeOf = (text: string) => places.get(text.startsWith(asking) ? "compare" : (stepOf[text] ?? text)) ?? -1;
    const now = stage === null ? -1 : placeOf(stage);
    const reached = Math.max(now, ...seen.map(placeOf));
    const ended = new Map<string, StepOutcome[]>();
    for (const step of run.live?.steps ?? []) {
      const name = step.key.slice(0, step.key.lastIndexOf("-"));
      ended.set(nodeOf(name), [...(ended.get(nodeOf(name)) ?? []), liveOutcome(name, step)]);
    }
    return rows.map((row, i) =>
      row.map((name) => {
        const outcomes = ended.get(name) ?? [];
        // The search is planned again and again, and a step beside another may have ended before it.
        const state = i === now && (outcomes.length === 0 || name === "tune") ? "running"
          : outcomes.length > 0 ? (outcomes.every((o) => o.skipped) ? "skipped" : "done")
          : i < reached || (i === reached && now === -1) ? "done" : "waiting";
        return { name, outcomes, seconds: outcomes.reduce((sum, o) => sum + o.seconds, 0), state };
      }),
    );
  }

  const outcomes = new Map<string, StepOutcome[]>();
  for (const step of document.steps) {
    const name = nodeOf(step.name);
    outcomes.set(name, [...(outcomes.get(name) ?? []), step]);
  }
  if (document.trials.length > 0) outcomes.set("tune", document.trialSteps);
  // A refused file is no failure of a step, but validation is where it ended.
  const ended = document.failedStep ?? (run.run.state === "rejected" && outcomes.has("validate") ? "validate" : null);
  const failed = ended === null ? null : (stepOf[ended] ?? ended);
  const logged = new Set(document.log.map((line) => stepOf[line.text] ?? line.text));
  return rows.map((row) =>
    row.map((name) => {
      const own = outcomes.get(name) ?? [];
      const reached = own.length > 0 || logged.has(name);
      const state: StepState =
        name === failed ? "failed"
        : own.length > 0 ? (own.every((o) => o.skipped) ? "skipped" : "done")
        : bare.has(name) && reached ? "done"
        : "off";
      return { name, state, outcomes: own, seconds: own.reduce((sum, o) => sum + o.seconds, 0) };
    }),
  );
}
