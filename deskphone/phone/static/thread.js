/** The texts and calls between one handset and one number. */
import { capitalized, formatNumber, isWebAddress, sameSite, talkTime, timeOfDay } from "./formats.js";
import { Icon } from "./icons.js";
import { isCaller, talkSeconds } from "./records.js";
import { html, memo } from "./ui.js";

const NEWEST = 200; // items shown
const ADDRESSES = /(https?:\/\/\S*[^\s.,;:!?)])/i; // without the punctuation that ends a sentence

const Link = ({ url, children }) =>
  isWebAddress(url) ? html`<a href=${sameSite(url)} target="_blank" rel="noopener">${children}</a>` : children;

const Text = memo(({ text, selected, onSelect }) => {
  const { sid, status, direction, media, body } = text;
  const own = direction === "inbound";
  return html`<div class="text ${own ? "own" : ""} ${selected ? "selected" : ""}">
    <div class="bubble">
      <span class="spoken">${own ? "You:" : "They:"}</span>
      ${media.map((url) => html`<div class="media"><${Link} url=${url}><img src=${sameSite(url)} alt="Picture ${url}" /></${Link}></div>`)}
      ${body && html`<p>${body.split(ADDRESSES).map((part) => html`<${Link} url=${part}>${part}</${Link}>`)}</p>`}
    </div>
    <button class="about" title="Show its webhooks" aria-pressed=${selected} onClick=${() => onSelect(sid)}>
      <span>${own && status === "received" ? "delivered" : status}</span>
      <time>${timeOfDay(text.at)}</time>
    </button>
  </div>`;
});

/** What a phone says about a call that wasn't answered: to its caller, and to the person called. */
const OUTCOMES = {
  "no-answer": ["no answer", "Missed call"], busy: ["busy", "Declined call"], canceled: ["canceled", "Missed call"],
  failed: ["failed", "Failed call"], "in-progress": ["in progress", "Call · in progress"],
};

function outcome(call) {
  const [outgoing, incoming] = OUTCOMES[call.status] ?? [];
  const words = outgoing ?? (call.status === "completed" ? talkTime(talkSeconds(call)) : call.status);
  return isCaller(call) ? `You called · ${words}` : incoming ?? `Call · ${words}`;
}

const Call = memo(
  ({ call, selected, onSelect }) => html`<button class="call ${selected ? "selected" : ""}"
    title="Show what happened" aria-pressed=${selected} onClick=${() => onSelect(call.sid)}>
    <${Icon} name="phone" />
    ${outcome(call)} <time>${timeOfDay(call.at)}</time>
  </button>`,
);

const Empty = ({ app, onSend }) => html`<div class="empty">
  <${Icon} name="message" />
  <h2>No texts yet</h2>
  <p>${capitalized(app.name)} can text this handset, or you can text first.</p>
  <button class="soft-button" onClick=${() => onSend("Hello")}>Send “Hello”</button>
</div>`;

export function Thread({ items, peer, app, selection, onSelect, onSend }) {
  const rest = (record) => ({ key: record.sid, selected: selection === record.sid, onSelect });
  return html`<div class="thread" data-testid="thread" role="log" tabindex="0" aria-label="Texts with ${formatNumber(peer)}">
    <div>
      ${items.slice(-NEWEST).map((record) =>
        record.timeline
          ? html`<${Call} call=${record} ...${rest(record)} />`
          : html`<${Text} text=${record} ...${rest(record)} />`,
      )}
    </div>
    ${!items.length && html`<${Empty} ...${{ app, onSend }} />`}
  </div>`;
}
