import { render } from "preact";
import { App } from "./app";
import { LanguageProvider } from "./text/language";
import "./style/base.css";
import "./style/parts.css";
import "./style/views.css";

render(
  <LanguageProvider>
    <App />
  </LanguageProvider>,
  document.getElementById("app")!,
);
