// The API's answers under the names that the page has for them. Their shapes are generated from openapi.json, which a test holds against the server.
import type { components } from "./schema";

type Schemas = components["schemas"];

/** As the API answers it. A number that is none comes as a text, which is shown as nothing: here it is a number. What may be any JSON is an object. */
type Answer<T> = unknown extends T ? Record<string, unknown> : T extends "NaN" | "Infinity" | "-Infinity" ? never : T extends (infer Item)[] ? Answer<Item>[] : T extends object ? { [Key in keyof T]: Answer<T[Key]> } : T;

export interface Page<T> {
  items: T[];
  continuation: string | null;
}

export type Alert = Answer<Schemas["MonitorAlert"]>;
export type AlertFacts = Answer<Schemas["AlertFacts"]>;
export type Approval = Answer<Schemas["ApprovalRecord"]>;
export type Attention = Schemas["Attention"];
export type AuditRecord = Answer<Schemas["AuditRecord"]>;
export type BacktestedPeriod = Answer<Schemas["BacktestedPeriod"]>;
export type Backtests = Answer<Schemas["RollingBacktest"]>;
export type ColumnProfile = Answer<Schemas["ColumnProfile"]>;
export type DecisionDocument = Answer<Schemas["DecisionDocument"]>;
export type DefinitionCheck = Answer<Schemas["DefinitionCheck"]>;
export type DefinitionError = Answer<Schemas["DefinitionError"]>;
export type DefinitionRevision = Answer<Schemas["DefinitionRevision"]>;
export type DictionaryEntry = Answer<Schemas["DictionaryEntry"]>;
export type DraftedDefinition = Answer<Schemas["DraftedDefinition"]>;
export type DriftedColumn = Answer<Schemas["DriftedColumn"]>;
export type DriftSummary = Answer<Schemas["DriftSummary"]>;
export type ExpectedQuality = Answer<Schemas["ExpectedQuality"]>;
export type FileFacts = Answer<Schemas["FileFacts"]>;
export type Finding = Answer<Schemas["Finding"]>;
export type Judgement = Answer<Schemas["AlertJudgement"]>;
export type LiveRun = Answer<Schemas["LiveRun"]>;
export type LiveStep = Answer<Schemas["LiveStep"]>;
export type ModelCard = Answer<Schemas["ModelCard"]>;
export type ModelList = Answer<Schemas["ModelList"]>;
export type ModelsComparison = Answer<Schemas["ModelsComparison"]>;
export type ModelVersion = Answer<Schemas["ModelVersion"]>;
export type Performance = Answer<Schemas["PeriodPerformance"]>;
export type PeriodFacts = Answer<Schemas["PeriodFacts"]>;
export type PipelineFacts = Answer<Schemas["PipelineFacts"]>;
export type Release = Answer<Schemas["Release"]>;
export type RunDetails = Answer<Schemas["RunDetails"]>;
export type RunDocument = Answer<Schemas["RunDocument"]>;
export type RunEvent = Answer<Schemas["RunEvent"]>;
export type RunFacts = Answer<Schemas["RunFacts"]>;
export type RunsComparison = Answer<Schemas["RunsComparison"]>;
export type SameRowsOfMany = Answer<Schemas["SameRowsOfMany"]>;
export type Sentence = Schemas["Sentence"];
export type StepDetails = Answer<Schemas["StepDetails"]>;
export type StepFile = Answer<Schemas["StepFile"]>;
export type StepOutcome = Answer<Schemas["StepOutcome"]>;
export type TableProfile = Answer<Schemas["TableProfile"]>;
export type ThresholdEffect = Answer<Schemas["ThresholdEffect"]>;
export type TimeLeft = Answer<Schemas["TimeLeft"]>;
export type Told = Answer<Schemas["Told"]>;
export type Trial = Answer<Schemas["TrialRecord"]>;
export type Verdict = Answer<Schemas["CompareResult"]>;

export type Metrics = RunDocument["metrics"];

/** A file in the account rather than an answer: why another file was refused. */
export interface RejectionList {
  file: string;
  errorCount: number;
  errors: Finding[];
}
