// What the API answers, as /openapi/v1.json describes it; only what the page shows.

export interface Page<T> {
  items: T[];
  continuation: string | null;
}

export type Attention = "none" | "working" | "needed";

/** Something that people are told: a code with arguments, worded by sentences.json. */
export interface Sentence {
  code: string;
  arguments: Record<string, string>;
  parts?: Record<string, Sentence> | null;
}

export interface PipelineFacts {
  name: string;
  attention: Attention;
  reasons: string[];
  hasDefinition: boolean;
  periods: number;
  latestPeriod: string | null;
  latestState: string | null;
  activeRuns: number;
  lastRunAt: string | null;
  champion: string | null;
  said: (Sentence | null)[];
  quietAlerts: number;
}

export interface PeriodFacts {
  period: string;
  standing: "absent" | "pending" | "done" | "failed";
  state: string;
  reason: string;
  said?: Sentence | null;
  runId: string | null;
  predictionRevision: number | null;
  predictedAt: string | null;
}

export interface RunFacts {
  runId: string;
  pipeline: string;
  period: string;
  revision: number;
  state: string;
  kind: string;
  startedAt: string;
  endedAt: string | null;
  waitsFor: string | null;
  reason: string | null;
  said?: Sentence | null;
  parent: string | null;
  tags: string[];
  note: string | null;
}

export interface StepOutcome {
  name: string;
  key: string;
  skipped: boolean;
  reason: string;
  said?: Sentence | null;
  seconds: number;
  startedAt: string | null;
}

export interface Finding {
  code: string;
  line: number;
  column: number;
  columnName: string | null;
  message: string;
  text: string | null;
  said?: Sentence | null;
}

export interface Trial {
  number: number;
  wave: number;
  state: string;
  parameters: Record<string, unknown>;
  value?: number | null;
}

export type Metrics = Record<string, Record<string, number>>;

export interface LeaderboardEntry {
  rank: number;
  learner: string;
  value: number | null;
  low: number | null;
  high: number | null;
  validValue: number | null;
  mayBePromoted: boolean;
  beatsBaseline: boolean;
  chosen: boolean;
}

export interface Verdict {
  promote: boolean;
  reason: string;
  said?: Sentence[] | null;
  rule: string;
  metric: string;
  rows: number;
  challenger: number | null;
  champion: number | null;
  baseline: number | null;
  improvement: number | null;
  lower: number | null;
  upper: number | null;
  confidence: number | null;
  evidenceRows?: number | null;
  evidencePeriods?: string[] | null;
}

export interface ExpectedMetric {
  name: string;
  point: number | null;
  low: number | null;
  high: number | null;
  randomTest: number | null;
  randomRows?: number | null;
}

/** How good the predictions can be expected to be, by how earlier periods turned out. */
export interface ExpectedQuality {
  metrics: ExpectedMetric[];
  periods: string[];
  said: Sentence;
  gap: Sentence | null;
  /** How the period came out beside it, or is estimated to. */
  outcome?: Sentence | null;
}

/** A period of the history, predicted from what came before it; the plain way of learning comes first. */
export interface BacktestedPeriod {
  period: string;
  isInside: boolean;
  learned: number;
  rows: number;
  ways: { validation: string; history: { auto: boolean; last: number | null; decay: number }; loss: number; metrics: Record<string, number> }[];
  randomTest: Record<string, number>;
}

/** What backtests inside the history say, and how the model is to learn by that. */
export interface Backtests {
  periods: BacktestedPeriod[];
  way: { validation: string; history: { auto: boolean; last: number | null; decay: number }; validationSaid: Sentence | null; historySaid: Sentence | null };
}

export interface RunDocument {
  file: string;
  sha256: string | null;
  rows: number;
  warnings: Finding[];
  errors: Finding[];
  errorCount: number;
  rejectedFile: string | null;
  steps: StepOutcome[];
  trialSteps: StepOutcome[];
  trials: Trial[];
  searchEnded: string | null;
  searchEndedSaid?: Sentence | null;
  leaderboard: { challenger: string; metric: string; higherIsBetter: boolean; entries: LeaderboardEntry[]; rows?: number } | null;
  metrics: Metrics;
  expected?: ExpectedQuality | null;
  backtests?: Backtests | null;
  /** The model that the run trained, where another one predicted. */
  challenger?: { version: string; metrics: Metrics } | null;
  modelVersion: string | null;
  promotion: { version: string; promoted: boolean; champion: string | null; verdict: Verdict } | null;
  monitor: { hasDrift: boolean; drifted: string[]; columns: number; incidents: Incident[]; alerts: Alert[]; estimated: Record<string, number> } | null;
  predictionRevision: number;
  outputs: string[];
  log: { time: string; text: string }[];
  failedStep: string | null;
  cause: string | null;
  causeSaid?: Sentence | null;
}

/** What a run that goes on tells of itself. */
export interface LiveRun {
  stage: string;
  since: string;
  rows: number | null;
  log: { time: string; text: string }[];
  search: {
    began: string;
    planned: number;
    ended: number;
    best: number | null;
    bestTrial: number | null;
    metric: string | null;
    higherIsBetter: boolean;
    trials: { n: number; v: number | null }[];
  } | null;
}

export interface RunDetails {
  run: RunFacts;
  stage: string | null;
  document: RunDocument | null;
  live: LiveRun | null;
}

export interface Approval {
  runId: string;
  period: string;
  challenger: string;
  champion: string;
  evidence: string;
  askedAt: string;
  expiresAt: string;
  state: "pending" | "approved" | "rejected" | "timed_out" | "withdrawn";
  by: string | null;
  answeredAt: string | null;
  comment: string | null;
}

export interface RunEvent {
  state: string;
  text: string;
  time: string | null;
}

export interface ModelVersion {
  version: string;
  period: string;
  runId: string;
  parameters: Record<string, string>;
  metrics: Metrics;
  threshold: number;
  bestIteration: number;
  classes: string[];
  definitionHash: string;
  codeVersion: string;
  history: { period: string; blobName: string; revision: number; sha256: string }[];
}

/** What people are told: in English, and as code with arguments. */
export interface Told {
  text: string;
  said: Sentence | null;
}

interface CurvePoint {
  x: number;
  y: number;
  threshold: number;
}

/** Everything about one model. */
export interface ModelCard {
  model: ModelVersion;
  aliases: string[];
  champion: string | null;
  verdict: Told | null;
  refused: boolean;
  releases: Release[];
  periods: { period: string; revision: number; metric: string; value: number | null; low: number | null; high: number | null; metrics: Record<string, number> }[];
  evaluation: {
    intervals: Record<string, { low: number; high: number }>;
    threshold: number;
    roc: CurvePoint[];
    precisionRecall: CurvePoint[];
    calibration: { predicted: number; observed: number; rows: number }[];
    confusion: number[][];
  };
  columns: { column: string; share: number }[];
  tags: string[];
  note: string | null;
}

export interface ModelList {
  champion: string | null;
  previous: string | null;
  models: Page<ModelVersion>;
  whyNone: Told | null;
  /** Of those that have any, by version. */
  tags: Record<string, { tags: string[]; note?: string | null }>;
}

export interface Release {
  at: string;
  period: string;
  champion: string | null;
  previous: string | null;
  challenger: string | null;
  mover: string;
  reason: string;
  said?: Sentence | null;
}

export interface MetricOfTwo {
  left: number | null;
  right: number | null;
  higherIsBetter: boolean | null;
  difference: number | null;
  low: number | null;
  high: number | null;
}

export interface SameRows {
  rowsOf: string | null;
  rows: number;
  periods: string[];
  metric: string | null;
  resamples: number;
  metrics: Record<string, MetricOfTwo>;
  problem: Sentence | null;
}

export interface ModelComparison {
  sameRows: SameRows;
  left: ModelVersion;
  right: ModelVersion;
  parameters: Record<string, (string | null)[]>;
  metrics: Record<string, (number | null)[]>;
}

export interface FileFacts {
  name: string;
  path: string;
  length: number;
  lastModified: string | null;
}

export interface Performance {
  period: string;
  runId: string;
  modelVersion: string | null;
  metrics: Metrics;
}

export interface Incident {
  kind: string;
  column: string;
  message: string;
}

export interface Alert {
  kind: string;
  subject: string;
  effect: number;
  cause: string;
  said?: Sentence | null;
}

/** What somebody has decided about an alert: known, or muted until a time. */
export interface Judgement {
  action: "acknowledged" | "muted";
  until?: string | null;
  who: string;
  why: string;
  at: string;
}

export interface AlertFacts {
  kind: string;
  subject: string;
  openedIn: string;
  openedBy: string;
  lastSeenIn: string;
  closedIn: string | null;
  text: string;
  said: Sentence;
  quieted: Judgement | null;
}

export interface DriftedColumn {
  column: string;
  kind: "number" | "category" | "score";
  drifted: boolean;
  psi: number | null;
  jensenShannon: number | null;
  adjustedPValue: number | null;
  referenceMissing: number;
  currentMissing: number;
  importance: number;
  effect: number;
  over: (number | null)[];
}

export interface DriftSummary {
  period: string;
  runId: string;
  referenceRows: number;
  currentRows: number;
  verdict: { drifted: number; columns: number; share: number; level: "none" | "slight" | "some" | "whole"; said: Sentence };
  incidents: number;
  periods: { period: string; drifted: number; columns: number; share: number; scorePsi: number | null; worstPsi: number | null }[];
  columns: DriftedColumn[];
}

export interface DictionaryEntry {
  column: string;
  role: "id" | "label" | "feature" | "unused";
  type: string | null;
  meaning: string | null;
  unit: string | null;
  least: string | null;
  greatest: string | null;
  categories: number | null;
  missing: number | null;
  first: string | null;
  last: string | null;
  transform: string | null;
  features: number;
  importance: number | null;
  psi: number | null;
  drifted: boolean | null;
}

export interface ThresholdEffect {
  threshold: number;
  predicted: number;
  found: number;
  share: number;
  recall: number;
  precision: number | null;
  cost: number;
}

/** What scores of two classes let decide, on rows whose labels are known. */
export interface DecisionDocument {
  part: "period" | "test";
  period: string | null;
  modelVersion: string;
  rows: number;
  positives: number;
  positive: string;
  threshold: number;
  falsePositiveCost: number;
  falseNegativeCost: number;
  distance: number;
  distanceAt: number;
  thresholds: ThresholdEffect[];
  deciles: { number: number; rows: number; highest: number; lowest: number; positives: number; rate: number; lift: number; gain: number }[];
}

export interface AuditRecord {
  id: string;
  at: string;
  who: string;
  action: string;
  subject: Record<string, unknown>;
  outcome: string;
}

/** A text that was the definition. */
export interface DefinitionRevision {
  sha256: string;
  at: string;
  who: string | null;
  isCurrent: boolean;
  text: string;
}

export interface RejectionList {
  file: string;
  errorCount: number;
  errors: Finding[];
}

export interface ColumnProfile {
  name: string;
  type: string;
  count: number;
  missing: number;
  distinct: number;
  isExact: boolean;
  min: number | null;
  max: number | null;
  mean: number | null;
  quantiles: { probability: number; value: number }[];
  histogram: { from: number; to: number; count: number }[];
  top: { value: string; count: number }[];
}

export interface TableProfile {
  rows: number;
  errors: number;
  columns: ColumnProfile[];
}
