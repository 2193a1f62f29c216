/** The handsets: a lamp for each, and the one that is in hand. */
import { CallScreen, useCall } from "./call.js";
import { Compose } from "./compose.js";
import { Dialler } from "./dialler.js";
import { formatNumber, nameOf } from "./formats.js";
import { Icon } from "./icons.js";
import { peersOf, ringsAt, threadOf, unreadCount } from "./records.js";
import { Thread } from "./thread.js";
import { html, useState } from "./ui.js";

export function Switcher({ state, handset, onChoose }) {
  const calls = [...state.calls.values()];
  return html`<nav class="choices switcher" aria-label="Handsets">
    ${state.handsets.map((number) => {
      const unread = unreadCount(state, number);
      const ringing = calls.some((call) => ringsAt(call, number));
      return html`<button key=${number} class=${ringing ? "ringing" : ""} data-testid="handset-tab" data-number=${number}
        aria-pressed=${number === handset} onClick=${() => onChoose(number)}>
        <i />${formatNumber(number)}
        ${unread > 0 && html`<b data-testid="unread">${unread}<span class="spoken"> unread</span></b>`}
        ${ringing && html`<em>ringing</em>`}
      </button>`;
    })}
  </nav>`;
}

function Peer({ all, peer, line, onPeer, onCall }) {
  return html`<header class="peer">
    <img src="/icon.svg" alt="" />
    <div>
      <h2>${nameOf(peer, line)}</h2>
      ${all.length > 1
        ? html`<select aria-label="Conversation" value=${peer} onChange=${({ target }) => onPeer(target.value)}>
            ${all.map((number) => html`<option value=${number}>${formatNumber(number)}</option>`)}
          </select>`
        : html`<p>${formatNumber(peer)}</p>`}
    </div>
    <button class="round answer" data-testid="call-line" aria-label="Call ${formatNumber(peer)}"
      onClick=${() => onCall(peer)}><${Icon} name="phone" /></button>
  </header>`;
}

const TABS = { messages: "message", keypad: "keypad" }; // and their icons

function Messages({ state, handset, peer, onPeer, onCall, onText, selection, onSelect, drafts, onDraft }) {
  const key = `${handset} ${peer}`;
  const send = (body) => onText(handset, peer, body);
  return html`<${Peer} all=${peersOf(state, handset, peer)} line=${state.line} ...${{ peer, onPeer, onCall }} />
    <${Thread} key=${peer} items=${threadOf(state, handset, peer)} onSend=${send}
      ...${{ handset, peer, selection, onSelect }} />
    <${Compose} draft=${drafts[key] ?? ""} onDraft=${(draft) => onDraft(key, draft)} onSend=${send}
      peer=${peer} />`;
}

export function Handset({ state, handset, person, tones, notice, ...rest }) {
  const [tab, setTab] = useState("messages");
  const [peer, setPeer] = useState(state.line);
  const [call, onDismiss] = useCall(state.calls, handset);
  const { line, clock, alerts } = state;
  const onCall = (number) => person.onCall(handset, number);
  const write = (number) => {
    setPeer(number);
    setTab("messages");
  };
  const screen = () => {
    if (call) return html`<${CallScreen} ...${{ call, handset, line, clock, alerts, onDismiss, ...person, ...rest }} />`;
    if (tab === "keypad") return html`<${Dialler} ...${{ line, tones, onCall }} onText=${write} />`;
    return html`<${Messages} ...${{ state, handset, peer, ...person, onCall, ...rest }} onPeer=${setPeer} />`;
  };
  const mood = call ? (ringsAt(call, handset) ? "calling ringing" : "calling") : "";
  return html`<section class="device ${mood}" aria-label="Handset">
    <div class="screen">
      <div class="status-bar">${formatNumber(handset)}</div>
      ${notice && html`<p class="notice" role="alert" data-testid="notice">${notice}</p>`}
      ${screen()}
      ${!call && html`<nav class="tabs">
        ${Object.keys(TABS).map(
          (name) => html`<button aria-pressed=${tab === name} onClick=${() => setTab(name)}>
            <${Icon} name=${TABS[name]} />${name}
          </button>`,
        )}
      </nav>`}
    </div>
  </section>`;
}
