import { to } from "../router";
import { useText } from "../text/language";

export function Lost() {
  const t = useText();
  return (
    <>
      <h1 tabIndex={-1}>{t.lost.title}</h1>
      <p>{t.lost.text}</p>
      <p>
        <a class="button" href={to.overview()}>
          {t.lost.back}
        </a>
      </p>
    </>
  );
}
