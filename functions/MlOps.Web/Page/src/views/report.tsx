import { at } from "../api/client";
import { to } from "../router";
import { useFormat } from "../text/format";
import { useText } from "../text/language";

/** The report in a frame without any rights: nothing in it runs, and nothing of this page is in its reach. */
export function Report({ name, period }: { name: string; period: string }) {
  const t = useText();
  const f = useFormat();
  const address = at.output(name, period, "report.html");
  return (
    <>
      <div class="head">
        <p class="crumbs">
          <a href={to.overview()}>{t.overview.title}</a> <a href={to.pipeline(name)}>{name}</a>
        </p>
        <div class="title">
          <h1 tabIndex={-1}>{t.report.title(f.period(period))}</h1>
          <div class="links">
            <a class="button" href={address} target="_blank" rel="noopener noreferrer">
              {t.report.open}
            </a>
            <a class="button" href={at.output(name, period, "predictions.csv")} download>
              {t.run.download}
            </a>
          </div>
        </div>
      </div>
      <iframe class="report" src={address} sandbox="" title={t.report.frame} />
    </>
  );
}
