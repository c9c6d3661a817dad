import { useState } from "preact/hooks";
import { at, post } from "../api/client";
import type { RunFacts } from "../api/types";
import { announce } from "../parts/announce";
import { Dialog } from "../parts/dialog";
import { to } from "../router";
import { useText } from "../text/language";
import { rerunnable } from "./steps";

/** What can be done with a run: end it while it goes on, repeat it afterwards. */
export function Steer({ run, changed }: { run: RunFacts; changed: () => void }) {
  const t = useText();
  const [asks, setAsks] = useState<"rerun" | "cancel" | null>(null);
  const [from, setFrom] = useState("");
  const close = () => setAsks(null);
  return (
    <div class="links">
      {run.state === "active" ? (
        <button type="button" class="danger" onClick={() => setAsks("cancel")}>
          {t.run.cancel}
        </button>
      ) : (
        <button type="button" onClick={() => setAsks("rerun")}>
          {t.run.rerun}
        </button>
      )}
      {asks === "cancel" && (
        <Dialog
          title={t.run.cancelTitle}
          yes={t.run.cancel}
          danger
          close={close}
          act={async () => {
            await post(`${at.run(run.runId)}/cancel`);
            announce(t.run.cancelDone);
            changed();
          }}
        >
          <p>{t.run.cancelText}</p>
        </Dialog>
      )}
      {asks === "rerun" && (
        <Dialog
          title={t.run.rerunTitle}
          yes={t.run.rerun}
          close={close}
          act={async () => {
            const started = await post<{ runs: string[] }>(`${at.run(run.runId)}/rerun`, { from: from || null });
            announce(t.run.rerunDone);
            location.hash = to.run(started.runs[0]!);
          }}
        >
          <p>{t.run.rerunText}</p>
          <label class="field">
            <span>{t.run.rerunFrom}</span>
            <select value={from} onChange={(e) => setFrom(e.currentTarget.value)}>
              <option value="">{t.run.rerunAll}</option>
              {rerunnable.map((step) => (
                <option key={step} value={step}>
                  {t.step[step]}
                </option>
              ))}
            </select>
          </label>
        </Dialog>
      )}
    </div>
  );
}
