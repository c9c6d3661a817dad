import { useState } from "preact/hooks";
import { useText } from "../text/language";

/** Asks for a search and gives it on when it is sent, so that half of one is not refused. */
export function Where({ value, set, example }: { value: string; set: (where: string) => void; example: string }) {
  const t = useText();
  const [text, setText] = useState(value);
  return (
    <form
      class="where"
      role="search"
      onSubmit={(e) => {
        e.preventDefault();
        set(text.trim());
      }}
    >
      <label class="field">
        <span class="unseen">{t.find.label}</span>
        <input type="search" value={text} placeholder={example} aria-describedby="where-hint" onInput={(e) => (setText(e.currentTarget.value), e.currentTarget.value === "" && set(""))} />
      </label>
      <button type="submit">{t.find.find}</button>
      <details>
        <summary>{t.find.how}</summary>
        <p id="where-hint" class="quiet">
          {t.find.hint}
        </p>
      </details>
    </form>
  );
}
