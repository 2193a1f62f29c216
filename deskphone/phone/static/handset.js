/** The selected handset. */
import { CallScreen, useCall } from "./call.js";
import { Compose } from "./compose.js";
import { Dialer } from "./dialer.js";
import { entryOf, formatNumber, isClient, nameOf, personOf } from "./formats.js";
import { Icon, Round } from "./icons.js";
import { peersOf, ringsAt, threadOf } from "./records.js";
import { Thread } from "./thread.js";
import { html, useState } from "./ui.js";

function Peer({ state, all, peer, onPeer, onCall }) {
  return html`<header class="peer">
    <img src="/icon.svg" alt="" />
    <div>
      <h2>${nameOf(peer, state)}</h2>
      ${all.length > 1
        ? html`<select aria-label="Conversation" value=${peer} onChange=${({ target }) => onPeer(target.value)}>
            ${all.map((number) => html`<option value=${number}>${entryOf(number, state)}</option>`)}
          </select>`
        : html`<p>${formatNumber(peer)}</p>`}
    </div>
    <${Round} test="call-line" label="Call ${formatNumber(peer)}" icon="phone" kind="answer" onClick=${() => onCall(peer)} />
  </header>`;
}

const TABS = { messages: "message", keypad: "keypad" }; // tabs and their icons

function Messages({ state, handset, peer, onPeer, onCall, onText, selection, onSelect, drafts, onDraft }) {
  const key = `${handset} ${peer}`;
  const send = (body, picture) => onText(handset, peer, body, picture);
  return html`<${Peer} all=${peersOf(state, handset, peer)} ...${{ state, peer, onPeer, onCall }} />
    <${Thread} key=${peer} items=${threadOf(state, handset, peer)} onSend=${send}
      ...${{ peer, app: state.app, selection, onSelect }} />
    <${Compose} draft=${drafts[key] ?? ""} onDraft=${(draft) => onDraft(key, draft)} onSend=${send}
      peer=${peer} />`;
}

export function Handset({ state, handset, person, tones, notice, ...rest }) {
  const [tab, setTab] = useState("messages");
  const [peer, setPeer] = useState(state.line);
  const [call, onDismiss] = useCall(state.calls, handset);
  const onCall = (number) => person.onCall(handset, number);
  const write = (number) => {
    setPeer(number);
    setTab("messages");
  };
  const screen = () => {
    if (call) return html`<${CallScreen} ...${{ call, state, onDismiss, ...person, ...rest }} />`;
    if (isClient(handset)) {
      const where = state.browsers.includes(handset) ? "is registered in a browser" : "waits for calls";
      return html`<p class="empty">This client ${where}.</p>`;
    }
    if (tab === "keypad") return html`<${Dialer} ...${{ state, tones, onCall }} onText=${write} />`;
    return html`<${Messages} ...${{ state, handset, peer, ...person, onCall, ...rest }} onPeer=${setPeer} />`;
  };
  const mood = call ? (ringsAt(call, handset) ? "calling ringing" : "calling") : "";
  return html`<section class="device ${mood}" aria-label="Handset">
    <div class="screen">
      <div class="status-bar">${personOf(handset, state.app)}</div>
      ${notice && html`<p class="notice" role="alert" data-testid="notice">${notice}</p>`}
      ${screen()}
      ${!call && !isClient(handset) && html`<nav class="tabs">
        ${Object.keys(TABS).map(
          (name) => html`<button aria-pressed=${tab === name} onClick=${() => setTab(name)}>
            <${Icon} name=${TABS[name]} />${name}
          </button>`,
        )}
      </nav>`}
    </div>
  </section>`;
}
