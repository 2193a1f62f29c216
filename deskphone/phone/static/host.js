/** The state of the functions host, if there is one: an indicator in the bar, and a banner when something is wrong. */
import { Icon } from "./icons.js";
import { html } from "./ui.js";

/** A broken host.json is both the reason and an error, so it is shown once. */
const Report = ({ reason, errors }) => html`
  ${reason && html`<pre>${reason}</pre>`}
  ${errors.filter((error) => error.reason !== reason).map((error) => html`<p><b>${error.function}</b> ${error.reason}</p>`)}`;

const NO_HOST = { state: "", reason: "", functions: [], errors: [] };
const STATES = { lost: "Not connected", starting: "Functions starting", failed: "Functions not running" };

const running = ({ functions, errors }) =>
  `${functions.length} function${functions.length === 1 ? "" : "s"} running${errors.length ? `, ${errors.length} failed to load` : ""}`;

export function HostState({ host = NO_HOST, connected }) {
  const state = connected ? host.state : "lost";
  return html`<details>
    <summary data-testid="host-state" class="${state} ${host.errors.length ? "partial" : ""}">
      <i /><span role="status">${STATES[state] ?? running(host)}</span>
    </summary>
    <div class="popover"><${Report} ...${host} /><ul>${host.functions.map((name) => html`<li>${name}</li>`)}</ul></div>
  </details>`;
}

const Banner = ({ test, title, children }) => html`<div class="banner" role="alert" data-testid=${test}>
  <${Icon} name="warning" /><div><b>${title}</b>${children}</div>
</div>`;

/** Banners for anything that keeps the phone from working. */
export function Banners({ connected, ready, app, host = NO_HOST }) {
  const failed = host.state === "failed";
  return html`
    ${!connected && html`<${Banner} test="connection-banner"
      title=${ready ? "Lost connection to the emulator" : "Waiting for the emulator"}>
      <p>Is ${app.start ? html`<code>${app.start}</code>` : "it"} running? This page reconnects automatically.</p>
    </${Banner}>`}
    ${host.warnings?.length > 0 && html`<${Banner} test="settings-banner" title="Check your settings">
      ${host.warnings.map((warning) => html`<p>${warning}</p>`)}
    </${Banner}>`}
    ${(failed || host.errors.length > 0) && html`<${Banner} test="host-banner"
      title=${failed ? "Your functions aren't running" : "Some functions failed to load"}>
      <${Report} ...${host} />
      <p>They reload when you save a file.</p>
    </${Banner}>`}`;
}
