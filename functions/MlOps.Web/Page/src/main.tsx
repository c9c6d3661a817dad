import { render } from "preact";
import { App } from "./app";
import { first, LanguageProvider, load } from "./text/language";
import "./style/base.css";
import "./style/parts.css";
import "./style/views.css";

void load(first()).then(() =>
  render(
    <LanguageProvider>
      <App />
    </LanguageProvider>,
    document.getElementById("app")!,
  ),
);
