import type { DefinitionCheck, DraftedDefinition, Sentence } from "./types";

// Every request of the page. A refusal becomes a Problem with what the server says: what is wrong, where, what to do next.

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    detail: string,
    readonly next: string | null,
    readonly said: Sentence | null = null,
    readonly nextSaid: Sentence | null = null,
  ) {
    super(detail);
  }
}

/** No answer at all: the server is stopped or cannot be reached. */
export class Unreachable extends Error {}

async function send(path: string, init?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, redirect: "error" });
  } catch (e) {
    if (init?.signal?.aborted) throw e;
    throw new Unreachable();
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as { title?: string; detail?: string; next?: string; said?: Sentence; nextSaid?: Sentence };
    return new Problem(response.status, body.title ?? "", body.detail ?? response.statusText, body.next ?? null, body.said ?? null, body.nextSaid ?? null);
  } catch {
    return new Problem(response.status, "", response.statusText || `HTTP ${response.status}`, null);
  }
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await (await send(path, { signal })).json()) as T;
}

export async function getText(path: string): Promise<string> {
  return (await send(path)).text();
}

const yaml = { "Content-Type": "application/yaml" };

/** What a text would mean as a definition. Nothing is changed. */
export async function validate(name: string, text: string, signal?: AbortSignal): Promise<DefinitionCheck> {
  return (await (await send(`${at.definition(name)}/validate`, { method: "POST", headers: yaml, body: text, signal })).json()) as DefinitionCheck;
}

/** Makes the first definition of a pipeline. */
export async function putDefinition(name: string, text: string): Promise<void> {
  await send(at.definition(name), { method: "PUT", headers: { ...yaml, "If-None-Match": "*" }, body: text });
}

/** The definition that a file suggests. Nothing is kept. */
export async function draft(name: string, file: string, label: string, id: string, language: string, rows: Blob): Promise<DraftedDefinition> {
  const path = `${at.definition(name)}/draft?file=${part(file)}${asked("label", label)}${asked("id", id)}${asked("language", language)}`;
  return (await (await send(path, { method: "POST", headers: { "Content-Type": "text/csv" }, body: rows })).json()) as DraftedDefinition;
}

export const post = <T>(path: string, body: unknown = {}): Promise<T> => change<T>("POST", path, body);

export const put = <T>(path: string, body: unknown): Promise<T> => change<T>("PUT", path, body);

async function change<T>(method: string, path: string, body: unknown): Promise<T> {
  const headers = { "Content-Type": "application/json" };
  return (await (await send(path, { method, headers, body: JSON.stringify(body) })).json()) as T;
}

/** Sends a file and tells how much of it is gone; fetch cannot tell that. */
export function upload(path: string, file: Blob, told: (share: number) => void): Promise<void> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("PUT", path);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (e) => told(e.total > 0 ? e.loaded / e.total : 0);
    request.onerror = () => failed(new Unreachable());
    request.onload = () => {
      if (request.status < 300) done();
      else problemOf(new Response(request.responseText, { status: request.status })).then(failed, failed);
    };
    request.send(file);
  });
}

const part = encodeURIComponent;

/** Addresses; every name is escaped here and nowhere else. */
export const at = {
  pipelines: (after?: string) => paged("/api/pipelines?limit=100", after),
  pipeline: (name: string) => `/api/pipelines/${part(name)}`,
  periods: (name: string, limit = 50, after?: string) => paged(`/api/pipelines/${part(name)}/periods?limit=${limit}`, after),
  performance: (name: string) => `/api/pipelines/${part(name)}/performance?limit=60`,
  dictionary: (name: string) => `/api/pipelines/${part(name)}/dictionary`,
  drift: (name: string) => `/api/pipelines/${part(name)}/drift/summary`,
  alerts: (name: string) => `/api/pipelines/${part(name)}/alerts`,
  drop: (name: string, file: string) => `/api/pipelines/${part(name)}/drops/${part(file)}`,
  profile: (name: string, period: string) => `/api/pipelines/${part(name)}/periods/${part(period)}/profile`,
  output: (name: string, period: string, kind: "predictions.csv" | "predictions.parquet" | "manifest.json" | "report.html") =>
    `/api/pipelines/${part(name)}/periods/${part(period)}/${kind}`,
  rejected: (name: string, after?: string) => paged(`/api/pipelines/${part(name)}/rejected?limit=50`, after),
  rejectedFile: (name: string, file: string) => `/api/pipelines/${part(name)}/rejected/${part(file)}`,
  runs: (filter: { pipeline?: string; state?: string; where?: string }, after?: string) =>
    paged(`/api/runs?limit=50${asked("pipeline", filter.pipeline)}${asked("state", filter.state)}${asked("where", filter.where)}`, after),
  run: (id: string) => `/api/runs/${part(id)}`,
  models: (name: string, where: string, after?: string) => paged(`/api/pipelines/${part(name)}/models?limit=50${asked("where", where)}`, after),
  model: (name: string, version: string) => `/api/pipelines/${part(name)}/models/${part(version)}`,
  audit: (name: string, after?: string) => paged(`/api/pipelines/${part(name)}/audit?limit=50`, after),
  card: (name: string, version: string) => `/api/pipelines/${part(name)}/models/${part(version)}/card`,
  compareModels: (name: string, versions: string[]) => `/api/pipelines/${part(name)}/models/compare?${versions.map((v) => `version=${part(v)}`).join("&")}`,
  compareRuns: (runs: string[]) => `/api/runs/compare?${runs.map((r) => `run=${part(r)}`).join("&")}`,
  step: (id: string, key: string) => `/api/runs/${part(id)}/steps/${part(key)}`,
  definition: (name: string) => `/api/pipelines/${part(name)}/definition`,
  releases: (name: string) => `/api/pipelines/${part(name)}/releases?limit=50`,
};

function paged(path: string, after?: string): string {
  return after ? `${path}&continuation=${part(after)}` : path;
}

function asked(name: string, value: string | undefined): string {
  return value ? `&${name}=${part(value)}` : "";
}
