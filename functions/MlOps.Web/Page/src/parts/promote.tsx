import { useState } from "preact/hooks";
import { at, post } from "../api/client";
import type { Told } from "../api/types";
import { useText } from "../text/language";
import { Worded } from "../text/say";
import { announce } from "./announce";
import { Dialog } from "./dialog";

/** Asks why a model is put into production by hand, and says where the gate had not let it in. */
export function Promote({ name, version, refused, close, changed }: { name: string; version: string; refused: Told | null; close: () => void; changed: () => void }) {
  const t = useText();
  const [why, setWhy] = useState("");
  return (
    <Dialog
      title={t.models.promoteTitle}
      yes={t.models.promote}
      danger={refused !== null}
      close={close}
      act={async () => {
        await post(`${at.model(name, version)}/promote`, { why });
        announce(t.models.promoteDone(version));
        changed();
      }}
    >
      <p>{t.models.promoteText(version)}</p>
      {refused && (
        <div class="notice asks">
          <p class="notice-title">{t.models.promoteRefused}</p>
          <Worded as="p" said={refused.said} text={refused.text} />
        </div>
      )}
      <label class="field">
        <span>{t.models.promoteWhy}</span>
        <input type="text" required maxLength={500} value={why} onInput={(e) => setWhy(e.currentTarget.value)} />
      </label>
    </Dialog>
  );
}
