import { useEffect, useRef } from "preact/hooks";
import { Announcer } from "./parts/announce";
import { type Place, to, usePlace } from "./router";
import { useLanguage, useText, type Language } from "./text/language";
import { useFormat } from "./text/format";
import { CompareModels, CompareRuns } from "./views/compare";
import { Lost } from "./views/lost";
import { NewPipeline } from "./views/new";
import { Model } from "./views/model";
import { Overview } from "./views/overview";
import { Pipeline } from "./views/pipeline";
import { Report } from "./views/report";
import { Run } from "./run/run";
import { AllRuns } from "./views/runs";

export function App() {
  const t = useText();
  const place = usePlace();
  const main = useRef<HTMLElement>(null);
  const key = JSON.stringify(place);
  const before = useRef(key);
  const ofRuns = place.view === "runs" || place.view === "run" || place.view === "compareRuns";

  // Whoever goes to another place hears its heading and starts to read there.
  useEffect(() => {
    if (before.current === key) return;
    before.current = key;
    scrollTo(0, 0);
    (main.current?.querySelector<HTMLElement>("h1") ?? main.current)?.focus();
  }, [key]);

  return (
    <>
      <a class="skip" href="#main" onClick={(e) => (e.preventDefault(), main.current?.focus())}>
        {t.skip}
      </a>
      <header class="top">
        <a class="brand" href={to.overview()} aria-label={t.product}>
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" rx="8" />
            <path d="M7 22V11l6 7 6-7v11" />
            <circle cx="25" cy="21.5" r="2.5" />
          </svg>
          <span>{t.product}</span>
        </a>
        <nav aria-label={t.nav.label}>
          <a href={to.overview()} aria-current={!ofRuns ? "true" : undefined}>
            {t.nav.pipelines}
          </a>
          <a href={to.runs()} aria-current={ofRuns ? "true" : undefined}>
            {t.nav.runs}
          </a>
        </nav>
        <Languages />
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        <View place={place} />
      </main>
      <Announcer />
    </>
  );
}

function View({ place }: { place: Place }) {
  useTitle(place);
  switch (place.view) {
    case "overview":
      return <Overview />;
    case "runs":
      return <AllRuns />;
    case "run":
      return <Run key={place.id} id={place.id} />;
    case "pipeline":
      return <Pipeline key={place.name} name={place.name} tab={place.tab} />;
    case "model":
      return <Model key={`${place.name}/${place.version}`} {...place} />;
    case "compare":
      return <CompareModels key={place.versions.join("/")} {...place} />;
    case "compareRuns":
      return <CompareRuns key={place.runs.join("/")} runs={place.runs} />;
    case "new":
      return <NewPipeline />;
    case "report":
      return <Report {...place} />;
    case "lost":
      return <Lost />;
  }
}

function useTitle(place: Place) {
  const t = useText();
  const { period } = useFormat();
  const name =
    place.view === "pipeline" ? `${place.name}: ${t.tabs[place.tab]}`
    : place.view === "run" ? t.runs.run
    : place.view === "runs" ? t.runs.title
    : place.view === "model" ? t.model.title(place.version)
    : place.view === "compare" ? t.compare.models(place.versions.length)
    : place.view === "compareRuns" ? t.compare.runs(place.runs.length)
    : place.view === "new" ? t.create.title
    : place.view === "report" ? t.report.title(period(place.period))
    : place.view === "lost" ? t.lost.title
    : t.overview.title;
  useEffect(() => {
    document.title = `${name} · ${t.product}`;
  }, [name, t]);
}

function Languages() {
  const t = useText();
  const { language, choose } = useLanguage();
  const names: [Language, string][] = [["en", "English"], ["ja", "日本語"]];
  return (
    <div class="languages" role="group" aria-label={t.language}>
      {names.map(([code, name]) => (
        <button key={code} type="button" lang={code} aria-pressed={language === code} onClick={() => choose(code)}>
          {name}
        </button>
      ))}
    </div>
  );
}
