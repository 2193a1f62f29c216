/** One handset with its screens, and the row of handsets to choose from. */
import { CallScreen, useCall } from "./call.js";
import { Compose } from "./compose.js";
import { Dialler } from "./dialler.js";
import { fullNumber, nameOf, shortNumber } from "./formats.js";
import { Icon } from "./icons.js";
import { peersOf, ringsAt, threadOf, unreadCount } from "./records.js";
import { Thread } from "./thread.js";
import { html, useState } from "./ui.js";

/** A lamp for each handset. */
export function Switcher({ state, handset, onChoose }) {
  const calls = [...state.calls.values()];
  return html`<nav class="switcher" aria-label="Handsets">
    ${state.handsets.map((number) => {
      const unread = unreadCount(state, number);
      const ringing = calls.some((call) => ringsAt(call, number));
      return html`<button key=${number} class=${ringing ? "ringing" : ""} data-testid="handset-tab" data-number=${number}
        aria-current=${number === handset} onClick=${() => onChoose(number)}>
        <i />${shortNumber(number)}
        ${unread > 0 && html`<b data-testid="unread">${unread}<span class="spoken"> unread</span></b>`}
        ${ringing && html`<em data-testid="ringing">ringing</em>`}
      </button>`;
    })}
  </nav>`;
}

function Peer({ all, peer, line, onPeer, onCall, disabled }) {
  return html`<header class="peer">
    <img src="/icon.svg" alt="" />
    <div>
      <h2>${nameOf(peer, line)}</h2>
      ${all.length > 1
        ? html`<select aria-label="Conversation" value=${peer} onChange=${({ target }) => onPeer(target.value)}>
            ${all.map((number) => html`<option value=${number}>${fullNumber(number)}</option>`)}
          </select>`
        : html`<p>${fullNumber(peer)}</p>`}
    </div>
    <button class="round answer" data-testid="call-line" aria-label="Call ${fullNumber(peer)}" disabled=${disabled}
      onClick=${() => onCall(peer)}><${Icon} name="phone" /></button>
  </header>`;
}

const Tab = ({ name, label, icon, tab, onTab }) =>
  html`<button aria-pressed=${tab === name} data-testid="tab-${name}" onClick=${() => onTab(name)}>
    <${Icon} name=${icon} />${label}
  </button>`;

function Messages({ state, handset, peer, onPeer, onCall, onText, selection, onSelect, drafts, onDraft }) {
  const key = `${handset} ${peer}`;
  const send = (body) => onText(handset, peer, body);
  const disabled = !state.connected;
  return html`<${Peer} all=${peersOf(state, handset)} line=${state.line} ...${{ peer, onPeer, onCall, disabled }} />
    <${Thread} key=${peer} items=${threadOf(state, handset, peer)} onSend=${send}
      ...${{ handset, peer, selection, onSelect }} />
    <${Compose} draft=${drafts[key] ?? ""} onDraft=${(draft) => onDraft(key, draft)} onSend=${send}
      ...${{ peer, disabled }} />`;
}

/** `person` is what the person can do; see usePerson in app.js. */
export function Handset({ state, handset, person, tones, notice, muted, onMute, ...rest }) {
  const [tab, setTab] = useState("messages");
  const [peer, setPeer] = useState(state.line);
  const [call, dismiss] = useCall(state.calls, handset);
  const { line, clock, connected } = state;
  const dial = (number) => person.call(handset, number);
  const write = (number) => {
    setPeer(number);
    setTab("messages");
  };
  const screen = () => {
    if (call) {
      return html`<${CallScreen} ...${{ call, handset, line, clock, muted, onMute }} onAct=${person.act}
        onKey=${person.key} onDismiss=${dismiss} />`;
    }
    if (tab === "keypad") {
      return html`<${Dialler} ...${{ line, tones }} onCall=${dial} onText=${write} disabled=${!connected} />`;
    }
    return html`<${Messages} ...${{ state, handset, peer }} onPeer=${setPeer} onCall=${dial} onText=${person.text} ...${rest} />`;
  };
  const mood = call ? (ringsAt(call, handset) ? "calling ringing" : "calling") : "";
  return html`<section class="device ${mood}" data-testid="handset" data-number=${handset} aria-label="Handset">
    <div class="screen">
      <div class="status-bar">${fullNumber(handset)}<i /></div>
      ${screen()}
      ${!call && html`<nav class="tabs">
        <${Tab} name="messages" label="Messages" icon="message" tab=${tab} onTab=${setTab} />
        <${Tab} name="keypad" label="Keypad" icon="keypad" tab=${tab} onTab=${setTab} />
      </nav>`}
      ${notice && html`<p class="notice" role="alert" data-testid="notice">${notice}</p>`}
    </div>
  </section>`;
}
