import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";

export interface Order<Key> {
  by: Key | null;
  down: boolean;
}

/** Rows in the order that the reader has chosen by a head of the table; as they came until then. What is not known comes last either way. */
export function useSorted<T, Key extends string>(rows: T[], valueOf: (row: T, key: Key) => number | string | boolean | null) {
  const [order, setOrder] = useState<Order<Key>>({ by: null, down: false });
  const sorted = useMemo(() => {
    const { by, down } = order;
    if (by === null) return rows;
    const compare = (a: T, b: T) => {
      const [x, y] = [valueOf(a, by), valueOf(b, by)];
      if (x === null || y === null) return Number(x === null) - Number(y === null);
      const ascending = typeof x === "string" ? x.localeCompare(String(y)) : Number(x) - Number(y);
      return down ? -ascending : ascending;
    };
    return [...rows].sort(compare);
  }, [rows, order]);
  const choose = (by: Key, downFirst: boolean) => setOrder((old) => (old.by === by ? { by, down: !old.down } : { by, down: downFirst }));
  return { sorted, order, choose };
}

interface HeadOf<Key> {
  of: Key;
  sorting: { order: Order<Key>; choose: (by: Key, downFirst: boolean) => void };
  number?: boolean;
  children: ComponentChildren;
}

/** The head of a column that orders the rows: numbers from the largest first. */
export function SortHead<Key extends string>({ of, sorting, number, children }: HeadOf<Key>) {
  const chosen = sorting.order.by === of;
  return (
    <th scope="col" class={number ? "number" : undefined} aria-sort={chosen ? (sorting.order.down ? "descending" : "ascending") : "none"}>
      <button type="button" class="sort" onClick={() => sorting.choose(of, number ?? false)}>
        {children} <span aria-hidden="true">{chosen ? (sorting.order.down ? "↓" : "↑") : "↕"}</span>
      </button>
    </th>
  );
}
