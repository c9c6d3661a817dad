import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useText } from "../text/language";
import { ErrorText } from "./parts";

interface Question {
  title: string;
  yes: string;
  danger?: boolean;
  children: ComponentChildren;
  /** What to do on yes; a refusal is shown in the dialog. */
  act: () => Promise<void>;
  close: () => void;
}

/** Asks before something is changed. The browser's own dialog keeps the focus inside and gives it back. */
export function Dialog({ title, yes, danger, children, act, close }: Question) {
  const t = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const confirm = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await act();
      dialog.current?.close();
    } catch (e) {
      setError(e);
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} aria-labelledby="question" onClose={close}>
      <form
        method="dialog"
        onSubmit={(e) => {
          e.preventDefault();
          void confirm();
        }}
      >
        <h2 id="question">{title}</h2>
        {children}
        {error !== undefined && (
          <div class="notice bad" role="alert">
            <ErrorText error={error} />
          </div>
        )}
        <div class="buttons">
          <button type="button" onClick={() => dialog.current?.close()}>
            {t.cancel}
          </button>
          <button type="submit" class={danger ? "danger" : "primary"} disabled={busy}>
            {yes}
          </button>
        </div>
      </form>
    </dialog>
  );
}
