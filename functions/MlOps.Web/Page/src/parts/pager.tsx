import { useState } from "preact/hooks";
import { useText } from "../text/language";

/** Where one is in a list that the server gives page by page: the continuations that lead here. */
export function usePages(key: string) {
  const [kept, setKept] = useState<{ key: string; trail: string[] }>({ key, trail: [] });
  const trail = kept.key === key ? kept.trail : [];
  return {
    after: trail[trail.length - 1],
    number: trail.length + 1,
    forward: (continuation: string) => setKept({ key, trail: [...trail, continuation] }),
    back: () => setKept({ key, trail: trail.slice(0, -1) }),
  };
}

export function Pager({ pages, continuation }: { pages: ReturnType<typeof usePages>; continuation: string | null }) {
  const t = useText();
  if (pages.number === 1 && continuation === null) return null;
  return (
    <nav class="pager" aria-label={t.paging}>
      <button type="button" disabled={pages.number === 1} onClick={pages.back}>
        {t.less}
      </button>
      <span aria-live="polite">{t.pageNumber(pages.number)}</span>
      <button type="button" disabled={continuation === null} onClick={() => continuation && pages.forward(continuation)}>
        {t.more}
      </button>
    </nav>
  );
}
