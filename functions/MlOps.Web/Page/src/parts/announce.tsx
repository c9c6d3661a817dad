import { useEffect, useState } from "preact/hooks";

let tell: (text: string) => void = () => {};

/** Says something to everybody: shortly at the edge of the window, and to screen readers. */
export const announce = (text: string) => tell(text);

export function Announcer() {
  const [text, setText] = useState("");
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    tell = (next) => {
      clearTimeout(timer);
      setText(next);
      timer = setTimeout(() => setText(""), 6000);
    };
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class={text ? "toast shown" : "toast"} role="status" aria-live="polite">
      {text}
    </div>
  );
}
