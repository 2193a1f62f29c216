/** The card of one text or call in the inspector. */
import { formatNumber, talkTime, timeOfDay } from "./formats.js";
import { Icon } from "./icons.js";
import { isLive } from "./records.js";
import { stepsOf } from "./traces.js";
import { html, memo } from "./ui.js";
import { Webhook } from "./webhook.js";

/** The colors of final statuses. */
const MOODS = {
  failed: "bad", undelivered: "bad", delivered: "good", received: "good", completed: "good",
  busy: "soft", "no-answer": "soft", canceled: "soft",
};

function Head({ sid, record }) {
  if (!record) return html`<${Icon} name="warning" /><b>${sid || "Emulator"}</b>`;
  const { direction, from, to, body, media, answered_by: answeredBy, status, error_code: code, at } = record;
  const inbound = direction === "inbound";
  const kind = { "outbound-dial": "Dialed call", "outbound-reply": "Reply" }[direction] ?? (record.timeline ? "Call" : "Text");
  return html`<${Icon} name=${record.timeline ? "phone" : "message"} />
    <b>${kind} ${inbound ? "from" : "to"} ${formatNumber(inbound ? from : to)}</b>
    <span class="excerpt">${body || answeredBy || (media && "Picture")}</span>
    <span class="outcome ${MOODS[status] ?? "busy"}">${status}${code && ` · ${code}`}</span>
    <time>${timeOfDay(at)}</time>`;
}

const Entry = ({ name, text, attributes }) => html`<b>${name}</b>${text && html`<span>${text}</span>`}
  ${Object.entries(attributes ?? {}).map(([key, value]) => html`<small>${key}=${value}</small>`)}`;

/** Each Twilio error code has its own page. */
const Alert = ({ level, kind, code, message }) => html`<b>${kind === "twilio" ? `Twilio ${level}` : "Emulator"}</b>
  ${kind === "twilio" && code && html`<a href="https://www.twilio.com/docs/api/errors/${code}" target="_blank" rel="noreferrer">${code}</a>`}
  <span>${message}</span>`;

const Recording = ({ number, status, duration_s: seconds, url }) =>
  html`<b>Recording</b><span>of ${formatNumber(number)}${seconds !== null && ` · ${talkTime(seconds)}`}</span>
  ${status === "completed" ? html`<audio controls preload="none" aria-label="Recording" src=${url} />` : html`<small>${status}</small>`}`;

const VIEWS = { alert: Alert, recording: Recording };

/** Return the verb that is running; a connected call hears none of them. */
const running = (call) =>
  call?.timeline && isLive(call.status) && call.timeline.findLast(({ kind, name }) => kind === "verb" || ["connected", "conference started"].includes(name));

export const Trace = memo(({ answersUrl, selected, onSelect, ...trace }) => {
  const now = running(trace.record);
  return html`<article class="trace ${selected ? "selected" : ""}">
    <button class="head" aria-pressed=${selected} title="Show only this" onClick=${() => onSelect(trace.sid)}>
      <${Head} ...${trace} />
    </button>
    ${selected && html`<code class="sid">${trace.sid}</code>`}
    <ol>${stepsOf(trace).map(({ kind, at, item }) => {
      const clock = html`<span class="at">${Math.max(0, at).toFixed(2)}</span>`;
      if (kind === "webhook") {
        return html`<${Webhook} key=${item.id} webhook=${item} at=${clock} answersUrl=${answersUrl} />`;
      }
      const View = VIEWS[kind] ?? Entry;
      return html`<li class="${kind} ${item.level ?? ""} ${item === now ? "running" : ""}" data-testid=${kind}>
        ${clock}<span class="what"><${View} ...${item} /></span>${item === now && html`<span class="busy">running</span>`}
      </li>`;
    })}</ol>
  </article>`;
});
