import { type Language, useLanguage, useText } from "./language";

/** How numbers, times and names of things are written in the chosen language. */
export function useFormat() {
  const { language } = useLanguage();
  const t = useText();
  const locale = language === "ja" ? "ja-JP" : "en-GB";
  const number = new Intl.NumberFormat(locale, { maximumSignificantDigits: 4 });
  const count = new Intl.NumberFormat(locale);
  const time = new Intl.DateTimeFormat(locale, { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
  const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  return {
    /** A measured value; whole numbers stay whole. */
    value: (n: number | null | undefined) => (n === null || n === undefined || !Number.isFinite(n) ? "–" : Number.isInteger(n) ? count.format(n) : number.format(n)),
    count: (n: number) => count.format(n),
    percent: (share: number) => `${new Intl.NumberFormat(locale, { maximumFractionDigits: share < 0.1 ? 1 : 0 }).format(share * 100)} %`,
    time: (text: string | null | undefined) => (text ? time.format(new Date(text)) : "–"),
    clock: (text: string) => clock.format(new Date(text)),
    seconds: (s: number) => spell(s, language),
    between: (from: string, until: string | null) => spell(Math.max(0, ((until ? Date.parse(until) : Date.now()) - Date.parse(from)) / 1000), language),
    bytes: (n: number) => (n < 1024 ? `${n} B` : n < 1 << 20 ? `${number.format(Math.round(n / 102.4) / 10)} KiB` : `${number.format(Math.round(n / 104857.6) / 10)} MiB`),
    /** 20201001 as 2020-10-01; the history by its word. */
    period: (p: string) => (p === "initial" ? t.periods.initial : /^\d{8}$/.test(p) ? `${p.slice(0, 4)}-${p.slice(4, 6)}-${p.slice(6)}` : p),
    state: (s: string) => t.state[s] ?? s,
    step: (name: string) => t.step[name.split("-")[0] ?? name] ?? name,
  };
}

const units = { en: { h: "h", min: "min", s: "s" }, ja: { h: "時間", min: "分", s: "秒" } };

function spell(exact: number, language: Language): string {
  const u = units[language];
  if (exact < 9.95) return `${exact.toFixed(1)} ${u.s}`;
  const s = Math.round(exact);
  if (s < 60) return `${s} ${u.s}`;
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return `${minutes} ${u.min} ${s % 60} ${u.s}`;
  return `${Math.floor(minutes / 60)} ${u.h} ${minutes % 60} ${u.min}`;
}
