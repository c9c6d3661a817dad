import type { ComponentChildren } from "preact";
import { useText } from "../text/language";
import { useFormat } from "../text/format";
import { Worded } from "../text/say";
import { Problem, Unreachable } from "../api/client";
import type { Loaded } from "../api/use-load";

const tones: Record<string, string> = {
  succeeded: "good", promoted: "good", done: "good", none: "good",
  failed: "bad", rejected: "bad", needed: "bad",
  active: "live", pending: "live", working: "live", running: "live", waiting: "calm",
};

export function Badge({ tone, children }: { tone: string; children: ComponentChildren }) {
  return <span class={`badge ${tones[tone] ?? tone}`}>{children}</span>;
}

export function StateBadge({ state, waits }: { state: string; waits?: string | null }) {
  const { state: word } = useFormat();
  const shown = state === "active" && waits ? "waiting" : state;
  return <Badge tone={shown}>{word(shown)}</Badge>;
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <svg viewBox="0 0 64 48" aria-hidden="true">
        <rect x="6" y="10" width="52" height="32" rx="6" />
        <path d="M6 30h15l4 6h14l4-6h15" />
      </svg>
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

export function Failed({ error, reload }: { error: unknown; reload?: () => void }) {
  const t = useText();
  return (
    <div class="notice bad" role="alert">
      <p class="notice-title">{t.failed.title}</p>
      <ErrorText error={error} />
      {error instanceof Problem && error.status === 401 && (
        <p>
          <a href="/.auth/login/aad?post_login_redirect_uri=/">{t.failed.signIn}</a>
        </p>
      )}
      {reload && (
        <button type="button" onClick={reload}>
          {t.retry}
        </button>
      )}
    </div>
  );
}

export function ErrorText({ error }: { error: unknown }) {
  const t = useText();
  if (error instanceof Unreachable) return <p>{t.failed.unreachable}</p>;
  if (!(error instanceof Problem)) return <p>{t.failed.unknown}</p>;
  return (
    <>
      <Worded as="p" said={error.said} text={error.message} />
      {error.next && (
        <p>
          {t.failed.next} <Worded said={error.nextSaid} text={error.next} />
        </p>
      )}
    </>
  );
}

export function Loading({ lines = 3 }: { lines?: number }) {
  const t = useText();
  return (
    <div class="loading" role="status">
      <span class="unseen">{t.loading}</span>
      {Array.from({ length: lines }, (_, i) => (
        <div key={i} class={`bone w${i % 3}`} />
      ))}
    </div>
  );
}

/** What was loaded, or how it stands until then. */
export function Show<T>({ of, lines, children }: { of: Loaded<T>; lines?: number; children: (value: T) => ComponentChildren }) {
  if (of.is === "loading") return <Loading lines={lines} />;
  if (of.is === "failed") return <Failed error={of.error} reload={of.reload} />;
  return <>{children(of.value)}</>;
}

/** A table that scrolls within itself where the window is narrow, reachable by keyboard then. */
export function Table({ label, class: name, children }: { label: string; class?: string; children: ComponentChildren }) {
  return (
    <div class="scroll" role="group" aria-label={label} tabIndex={0}>
      <table class={name}>{children}</table>
    </div>
  );
}

export function Facts({ of }: { of: [string, ComponentChildren][] }) {
  return (
    <dl class="facts">
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
