/** One webhook: a row that expands to show the request and the response. */
import { endpoint } from "./formats.js";
import { Icon } from "./icons.js";
import { Markup } from "./markup.js";
import { html, useState } from "./ui.js";

const VERDICTS = { true: ["good", "same"], false: ["bad", "differs"], null: ["soft", "unknown"] };

/** One side of a comparison, with the difference marked. */
const Side = ({ name, url, same, tail }) => {
  const end = url.length - tail;
  return html`<p><small>${name}</small> ${url.slice(0, same)}<mark>${url.slice(same, end)}</mark>${url.slice(end)}</p>`;
};

/** Why the app rejected the signature, step by step. */
const Signature = ({ reason, steps, advice }) => html`<section aria-label="Signature" data-testid="signature">
  ${reason && html`<p class="error">${reason}</p>`}
  <ol>${steps.map(({ name, agrees, text, signed, checked, same, tail }) => {
    const [mood, verdict] = VERDICTS[agrees];
    return html`<li><b>${name}</b> <b class=${mood}>${verdict}</b> ${text}
      ${checked ? Object.entries({ signed, checked }).map(([side, url]) => html`<${Side} ...${{ name: side, url, same, tail }} />`) : signed && html`<p>${signed}</p>`}
    </li>`;
  })}</ol>
  <p><b>What to do</b> ${advice}</p>
</section>`;

const Details = ({ webhook: { error, method, url, form, answer, content_type: type, signature } }) =>
  html`<div class="details">
    ${signature ? html`<${Signature} ...${signature} />` : error && html`<p class="error">${error}</p>`}
    <p><b>${method}</b> ${url}</p>
    <table>${form.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</table>
    <h4>Response <small>${type}</small></h4>
    ${answer ? html`<${Markup} source=${answer} />` : html`<p class="soft">Empty</p>`}
  </div>`;

export function Webhook({ webhook, at, answersUrl }) {
  const [open, setOpen] = useState(false);
  const { purpose, method, url, form, signed, signature, status, error, attempt, duration_ms: took } = webhook;
  const [name, query] = endpoint(url, answersUrl);
  const reported = form.find(([field]) => /^(Message|Call)Status$/.test(field))?.[1];
  const mood = error || status >= 400 ? "bad" : status ? "good" : "busy";
  return html`<li class="webhook">
    <button data-testid="webhook" aria-expanded=${open} onClick=${() => setOpen(!open)}>
      ${at}
      <span class="what"><code class="method">${method}</code><b>${name}</b>${attempt > 1 && html`<small>attempt ${attempt}</small>`}<small>${purpose === "status" ? reported : query}</small></span>
      <span class="soft">${purpose}</span>
      <span class="signed ${signature ? "bad" : "good"}">${signed && html`<${Icon} name=${signature ? "warning" : "shield"} /><span class="spoken">${signature ? "signed, but rejected" : "signed"}</span>`}</span>
      <span class="outcome ${mood}">${status ?? (error ? "failed" : "…")}</span>
      <span class="took">${took !== null && `${Math.round(took)} ms`}</span>
      <${Icon} name="chevron" />
    </button>
    ${open && html`<${Details} webhook=${webhook} />`}
  </li>`;
}
