import { useState } from "preact/hooks";
import { useText } from "../text/language";

/** The most that are compared. */
const most = 20;

/** What has been ticked for comparison, in the order of ticking. */
export function usePicked() {
  const [picked, setPicked] = useState<string[]>([]);
  return {
    picked,
    full: picked.length >= most,
    pick: (id: string, on: boolean) => setPicked((old) => (on ? (old.length < most && !old.includes(id) ? [...old, id] : old) : old.filter((other) => other !== id))),
    clear: () => setPicked([]),
  };
}

export type Picking = ReturnType<typeof usePicked>;

export function Tick({ of, picking, label }: { of: string; picking: Picking; label: string }) {
  const on = picking.picked.includes(of);
  return <input type="checkbox" checked={on} disabled={!on && picking.full} aria-label={label} onChange={(e) => picking.pick(of, e.currentTarget.checked)} />;
}

/** The way to the comparison, once two are ticked. */
export function Picked({ picking, href, hint }: { picking: Picking; href: (ids: string[]) => string; hint: string }) {
  const t = useText();
  const n = picking.picked.length;
  return (
    <p class="links">
      {n >= 2 ? (
        <a class="button primary" href={href(picking.picked)}>
          {t.compare.those(n)}
        </a>
      ) : (
        <span class="quiet">{hint}</span>
      )}
      {n > 0 && (
        <button type="button" onClick={picking.clear}>
          {t.compare.none}
        </button>
      )}
    </p>
  );
}
