import type { LiveRun } from "../api/types";
import { Chart } from "../parts/chart";
import { useFormat } from "../text/format";
import { useText } from "../text/language";

/** A search for parameters that goes on: trials as they end, the best so far, and when it will be over at this pace. */
export function Search({ of: search, now }: { of: NonNullable<LiveRun["search"]>; now: number }) {
  const t = useText();
  const f = useFormat();
  const seconds = Math.max(0, (now - Date.parse(search.began)) / 1000);
  const left = search.planned > search.ended && search.ended > 0 ? (seconds / search.ended) * (search.planned - search.ended) : null;
  let best: number | null = null;
  const running = search.trials.map(({ v }) => {
    if (v !== null && (best === null || (search.higherIsBetter ? v > best : v < best))) best = v;
    return best;
  });
  return (
    <section class="card" aria-labelledby="search-title">
      <div class="card-head">
        <h2 id="search-title">{t.run.trials}</h2>
        <span class="quiet">{search.planned > 0 ? t.run.trialsOf(search.ended, search.planned) : t.run.trialsHint(search.ended)}</span>
      </div>
      {search.planned > 0 && <progress max={search.planned} value={search.ended} aria-label={t.run.trials} />}
      <p class="quiet">
        {search.best !== null && search.bestTrial !== null && t.run.bestSoFar(search.metric ?? "", f.value(search.best), search.bestTrial, search.higherIsBetter ? t.compare.higher : t.compare.lower)}{" "}
        {left !== null && t.run.searchEnds(f.seconds(left), f.clock(new Date(now + left * 1000).toISOString()))}
      </p>
      {search.trials.length > 0 && (
        <Chart
          name={t.run.trialChart}
          labels={search.trials.map((trial) => `${t.run.trial} ${trial.n}`)}
          series={[
            { name: t.run.objective, values: search.trials.map((trial) => trial.v), tone: "second", points: true },
            { name: t.run.best, values: running, tone: "first" },
          ]}
        />
      )}
    </section>
  );
}
