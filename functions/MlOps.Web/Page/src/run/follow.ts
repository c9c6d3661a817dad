import { useEffect, useRef, useState } from "preact/hooks";
import { at, get } from "../api/client";
import type { RunDetails, RunEvent } from "../api/types";
import type { Loaded } from "../api/use-load";

export interface Followed {
  loaded: Loaded<RunDetails>;
  /** What the run does now, while it goes on. */
  stage: string | null;
  /** Whether the page has watched the run end. */
  sawEnd: boolean;
}

/** A run, and while it goes on what its events tell; at its end it is loaded once more, whole. */
export function useRun(id: string): Followed {
  const [details, setDetails] = useState<RunDetails>();
  const [error, setError] = useState<unknown>();
  const [stage, setStage] = useState<string | null>(null);
  const [sawEnd, setSawEnd] = useState(false);
  const [turn, setTurn] = useState(0);
  const live = useRef<EventSource>(undefined);

  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = async (): Promise<void> => {
      try {
        const loaded = await get<RunDetails>(at.run(id), stop.signal);
        if (stop.signal.aborted) return;
        setDetails(loaded);
        setError(undefined);
        if (loaded.run.state === "active") {
          follow(loaded.stage);
          again();
        }
      } catch (e) {
        if (!stop.signal.aborted) setError(e);
      }
    };
    // The events tell the stage at once; rows, log and trials come with the next look.
    const again = () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        try {
          const loaded = await get<RunDetails>(at.run(id), stop.signal);
          if (stop.signal.aborted) return;
          if (loaded.run.state === "active") {
            setDetails(loaded);
            again();
          }
        } catch {
          if (!stop.signal.aborted) again();
        }
      }, document.hidden ? 10_000 : 2_000);
    };
    const follow = (first: string | null) => {
      const told = (text: string) => {
        setStage(text);
      };
      if (first) told(first);
      live.current?.close();
      const events = (live.current = new EventSource(`${at.run(id)}/logs`));
      events.addEventListener("stage", (e) => told((JSON.parse((e as MessageEvent<string>).data) as RunEvent).text));
      events.addEventListener("end", () => {
        events.close();
        setStage(null);
        setSawEnd(true);
        void load();
      });
      // The browser connects again by itself; an answer that is none (the server is gone for good) ends that.
      events.onerror = () => {
        if (events.readyState === EventSource.CLOSED && !stop.signal.aborted) setTimeout(() => !stop.signal.aborted && void load(), 3000);
      };
    };
    void load();
    return () => {
      stop.abort();
      clearTimeout(timer);
      live.current?.close();
    };
  }, [id, turn]);

  const reload = () => setTurn((n) => n + 1);
  const loaded: Loaded<RunDetails> =
    details !== undefined ? { is: "ready", value: details, reload } : error !== undefined ? { is: "failed", error, reload } : { is: "loading" };
  return { loaded, stage, sawEnd };
}
