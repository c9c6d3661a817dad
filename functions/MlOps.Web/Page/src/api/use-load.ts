import { useCallback, useEffect, useState } from "preact/hooks";
import { get } from "./client";

export type Loaded<T> =
  | { is: "loading" }
  | { is: "failed"; error: unknown; reload: () => void }
  | { is: "ready"; value: T; reload: () => void };

/** What an address answers, again whenever the address changes, and every so often where `every` (ms) is given. */
export function useLoad<T>(path: string | null, every?: number): Loaded<T> {
  const [state, setState] = useState<{ path: string | null; value?: T; error?: unknown }>({ path: null });
  const [turn, setTurn] = useState(0);
  const reload = useCallback(() => setTurn((n) => n + 1), []);

  useEffect(() => {
    if (path === null) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      try {
        const value = await get<T>(path, stop.signal);
        if (!stop.signal.aborted) setState({ path, value });
      } catch (error) {
        // What is shown stays while a repeated look fails; the next one may succeed.
        if (!stop.signal.aborted) setState((old) => (old.path === path && old.value !== undefined && every ? old : { path, error }));
      }
      if (every && !stop.signal.aborted) timer = setTimeout(look, document.hidden ? every * 5 : every);
    };
    void look();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [path, every, turn]);

  if (state.path !== path) return { is: "loading" };
  if (state.error !== undefined) return { is: "failed", error: state.error, reload };
  if (state.value !== undefined) return { is: "ready", value: state.value, reload };
  return { is: "loading" };
}
