import { useEffect, useRef } from "preact/hooks";
import { at } from "../api/client";
import type { PipelineFacts } from "../api/types";
import { useLoad } from "../api/use-load";
import { Badge, Failed } from "../parts/parts";
import { to, type Place } from "../router";
import { useText } from "../text/language";
import { Changes } from "./changes";
import { Data } from "./data";
import { Definition } from "./definition";
import { Models } from "./models";
import { Periods } from "./periods";
import { RunList } from "./runs";

type Tab = Extract<Place, { view: "pipeline" }>["tab"];
const tabs: Tab[] = ["periods", "runs", "models", "data", "definition", "changes"];

/** One pipeline: its name and state above, one of its sides below. */
export function Pipeline({ name, tab }: { name: string; tab: Tab }) {
  const t = useText();
  const facts = useLoad<PipelineFacts>(at.pipeline(name), 3000);
  const tabBar = useRef<HTMLElement>(null);
  // On a narrow screen the tabs go on beyond its edge.
  useEffect(() => tabBar.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" }), [tab]);
  return (
    <>
      <div class="head">
        <p class="crumbs">
          <a href={to.overview()}>{t.overview.title}</a>
        </p>
        <div class="title">
          <h1 tabIndex={-1}>{name}</h1>
          {facts.is === "ready" && <Badge tone={facts.value.attention}>{t.attention[facts.value.attention]}</Badge>}
        </div>
        <nav class="tabs" ref={tabBar} aria-label={t.tabs.label}>
          {tabs.map((each) => (
            <a key={each} href={each === "periods" ? to.pipeline(name) : to.tab(name, each)} aria-current={each === tab ? "page" : undefined}>
              {t.tabs[each]}
            </a>
          ))}
        </nav>
      </div>
      {facts.is === "failed" ? (
        <Failed error={facts.error} reload={facts.reload} />
      ) : tab === "periods" ? (
        <Periods name={name} />
      ) : tab === "runs" ? (
        <RunList pipeline={name} />
      ) : tab === "models" ? (
        <Models name={name} />
      ) : tab === "data" ? (
        <Data name={name} />
      ) : tab === "changes" ? (
        <Changes name={name} />
      ) : (
        <Definition name={name} />
      )}
    </>
  );
}
