import { useState } from "preact/hooks";
import { put } from "../api/client";
import { useText } from "../text/language";
import { announce } from "./announce";
import { Dialog } from "./dialog";

/** Tags and note as they stand in a list. */
export function TagList({ tags }: { tags: string[] }) {
  if (tags.length === 0) return null;
  return (
    <>
      {tags.map((tag) => (
        <span key={tag} class="tag">
          {tag}
        </span>
      ))}
    </>
  );
}

/** Tags and note of a run or a model, and the way to change them; `path` takes them. */
export function Tags({ path, tags, note, changed }: { path: string; tags: string[]; note: string | null; changed: () => void }) {
  const t = useText();
  const [asks, setAsks] = useState(false);
  return (
    <div class="tags">
      <TagList tags={tags} />
      {note && <span class="note-text">{note}</span>}
      <button type="button" onClick={() => setAsks(true)}>
        {tags.length > 0 || note ? t.find.change : t.find.add}
      </button>
      {asks && <Edit path={path} tags={tags} note={note} close={() => setAsks(false)} changed={changed} />}
    </div>
  );
}

function Edit({ path, tags, note, close, changed }: { path: string; tags: string[]; note: string | null; close: () => void; changed: () => void }) {
  const t = useText();
  const [list, setList] = useState(tags.join(" "));
  const [text, setText] = useState(note ?? "");
  return (
    <Dialog
      title={t.find.title}
      yes={t.find.save}
      close={close}
      act={async () => {
        await put(path, { tags: list.split(/[\s,、]+/).filter(Boolean), note: text || null });
        announce(t.find.saved);
        changed();
      }}
    >
      <label class="field">
        <span>{t.find.tags}</span>
        <input type="text" value={list} onInput={(e) => setList(e.currentTarget.value)} />
      </label>
      <label class="field">
        <span>{t.find.note}</span>
        <input type="text" maxLength={500} value={text} onInput={(e) => setText(e.currentTarget.value)} />
      </label>
    </Dialog>
  );
}
