import { useRef, useState } from "preact/hooks";
import { at, upload } from "../api/client";
import { useText } from "../text/language";
import { announce } from "./announce";
import { ErrorText } from "./parts";

interface Sent {
  name: string;
  share: number;
  state: "sending" | "taken" | "refused";
  error?: unknown;
}

/** Takes files by mouse and by keyboard and sends them, one after the other, the history first. */
export function DropZone({ pipeline, taken }: { pipeline: string; taken: () => void }) {
  const t = useText();
  const [over, setOver] = useState(false);
  const [sent, setSent] = useState<Sent[]>([]);
  const input = useRef<HTMLInputElement>(null);

  const send = async (files: File[]) => {
    const ordered = files.sort((a, b) => Number(b.name.startsWith("initial")) - Number(a.name.startsWith("initial")) || a.name.localeCompare(b.name));
    setSent(ordered.map((file) => ({ name: file.name, share: 0, state: "sending" })));
    const change = (i: number, part: Partial<Sent>) => setSent((all) => all.map((s, j) => (j === i ? { ...s, ...part } : s)));
    for (const [i, file] of ordered.entries()) {
      try {
        await upload(at.drop(pipeline, file.name), file, (share) => change(i, { share }));
        change(i, { share: 1, state: "taken" });
        announce(t.drop.taken(file.name));
      } catch (error) {
        change(i, { state: "refused", error });
        announce(t.drop.refused(file.name));
      }
    }
    taken();
  };

  return (
    <section class="card" aria-labelledby="drop-title">
      <div
        class={over ? "drop over" : "drop"}
        onDragOver={(e) => {
          e.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(e) => {
          e.preventDefault();
          setOver(false);
          void send([...(e.dataTransfer?.files ?? [])]);
        }}
      >
        <svg viewBox="0 0 24 24" aria-hidden="true" class="drop-icon">
          <path d="M12 15V4m0 0L7.5 8.5M12 4l4.5 4.5M4 15v3a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-3" />
        </svg>
        <div>
          <h2 id="drop-title">{over ? t.drop.over : t.drop.title}</h2>
          <p class="quiet" id="drop-hint">
            {t.drop.hint}
          </p>
        </div>
        <button type="button" class="primary" aria-describedby="drop-hint" onClick={() => input.current?.click()}>
          {t.drop.choose}
        </button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label={t.drop.choose}
          onChange={(e) => {
            const files = [...(e.currentTarget.files ?? [])];
            e.currentTarget.value = "";
            void send(files);
          }}
        />
      </div>
      {sent.length > 0 && (
        <ul class="sent" aria-label={t.drop.list}>
          {sent.map((s) => (
            <li key={s.name} class={s.state}>
              <span>{s.state === "sending" ? t.drop.sending(s.name, Math.round(s.share * 100)) : s.state === "taken" ? t.drop.taken(s.name) : t.drop.refused(s.name)}</span>
              {s.state === "sending" && <progress value={s.share} max={1} aria-label={s.name} />}
              {s.error !== undefined && <ErrorText error={s.error} />}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
