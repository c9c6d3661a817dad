import { useEffect, useState } from "preact/hooks";

// Places are in the fragment, so that the server has one page to give.

export type Place =
  | { view: "overview" }
  | { view: "runs" }
  | { view: "run"; id: string }
  | { view: "pipeline"; name: string; tab: "periods" | "runs" | "models" | "data" | "definition" | "changes" }
  | { view: "model"; name: string; version: string }
  | { view: "compare"; name: string; versions: string[] }
  | { view: "compareRuns"; runs: string[] }
  | { view: "new" }
  | { view: "report"; name: string; period: string }
  | { view: "lost" };

const part = encodeURIComponent;

export const to = {
  overview: () => "#/",
  runs: () => "#/runs",
  run: (id: string) => `#/runs/${part(id)}`,
  pipeline: (name: string) => `#/pipelines/${part(name)}`,
  tab: (name: string, tab: string) => `#/pipelines/${part(name)}/${tab}`,
  model: (name: string, version: string) => `#/pipelines/${part(name)}/models/${part(version)}`,
  compare: (name: string, versions: string[]) => `#/pipelines/${part(name)}/compare/${versions.map(part).join("/")}`,
  compareRuns: (runs: string[]) => `#/compare/${runs.map(part).join("/")}`,
  create: () => "#/new",
  report: (name: string, period: string) => `#/pipelines/${part(name)}/report/${part(period)}`,
};

export function parse(fragment: string): Place {
  let parts: string[];
  try {
    parts = fragment.replace(/^#?\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    return { view: "lost" };
  }
  const [first, second, third, fourth] = parts;
  if (first === undefined) return { view: "overview" };
  if (first === "runs") return second === undefined ? { view: "runs" } : { view: "run", id: second };
  if (first === "new") return { view: "new" };
  if (first === "compare") return parts.length > 2 ? { view: "compareRuns", runs: parts.slice(1) } : { view: "lost" };
  if (first !== "pipelines" || second === undefined) return { view: "lost" };
  switch (third) {
    case undefined:
      return { view: "pipeline", name: second, tab: "periods" };
    case "models":
      return fourth ? { view: "model", name: second, version: fourth } : { view: "pipeline", name: second, tab: "models" };
    case "runs":
    case "data":
    case "definition":
    case "changes":
      return { view: "pipeline", name: second, tab: third };
    case "compare":
      return parts.length > 4 ? { view: "compare", name: second, versions: parts.slice(3) } : { view: "lost" };
    case "report":
      return fourth ? { view: "report", name: second, period: fourth } : { view: "lost" };
    default:
      return { view: "lost" };
  }
}

export function usePlace(): Place {
  const [place, setPlace] = useState(() => parse(location.hash));
  useEffect(() => {
    const moved = () => setPlace(parse(location.hash));
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  return place;
}
