/** The screens of a call. */
import { Captions } from "./captions.js";
import { formatNumber, nameOf, talkTime } from "./formats.js";
import { Icon } from "./icons.js";
import { Keypad } from "./keypad.js";
import { isCaller, lineOf, liveCall, statusAt, talkSeconds } from "./records.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "./ui.js";

const KEPT_MS = 5000; // how long a finished call stays on the screen

/** [call, dismiss] for the screen of a handset; a finished call stays for a moment. */
export function useCall(calls, handset) {
  const live = liveCall(calls, handset);
  const [kept, setKept] = useState();
  const matters = live && (isCaller(live, handset) || statusAt(live, handset) === "in-progress");
  useLayoutEffect(() => {
    if (live) setKept(matters && live.sid);
  }, [live?.sid, matters]);
  useEffect(() => {
    const timer = !live && kept && setTimeout(setKept, KEPT_MS);
    return () => clearTimeout(timer);
  }, [live?.sid, kept]);
  return [live ?? calls.get(kept), () => setKept()];
}

/** The frame of each screen. It takes the focus itself: Enter must not answer or hang up. */
function Screen({ call, line, test, label, about, children }) {
  const element = useRef();
  useEffect(() => element.current.focus(), []);
  const number = lineOf(call);
  return html`<section class="call-screen ${test}" role="dialog" aria-label=${label} tabindex="-1" data-testid=${test} ref=${element}>
    <header>
      <h2>${nameOf(number, line)}</h2>
      ${number === line && html`<p>${formatNumber(number)}</p>`}
      <p>${about}</p>
    </header>
    ${children}
  </section>`;
}

const Button = ({ name, label, icon, kind, onClick, ...rest }) =>
  html`<button class="round ${kind}" data-testid=${name} aria-label=${label} title=${label} onClick=${onClick} ...${rest}>
    <${Icon} name=${icon} />
  </button>`;

const HangUp = ({ onClick }) =>
  html`<${Button} name="hangup" label="Hang up" icon="hangup" kind="decline" onClick=${onClick} />`;

function Ringing({ call, caller, onAct, ...rest }) {
  const act = (deed) => () => onAct(call.sid, deed);
  return html`<${Screen} call=${call} test=${caller ? "outgoing-call" : "incoming-call"} ...${rest}
    label=${caller ? "Calling" : "Incoming call"} about=${caller ? "Calling…" : "Incoming call"}>
    <div class="lamp" aria-hidden="true"><i /><${Icon} name="phone" /></div>
    <div class="actions">
      ${caller
        ? html`<${HangUp} onClick=${act("hangup")} />`
        : html`<${Button} name="decline" label="Decline" icon="hangup" kind="decline" onClick=${act("decline")} />
            <${Button} name="answer" label="Answer" icon="phone" kind="answer" onClick=${act("answer")} />`}
    </div>
  </${Screen}>`;
}

function Timer({ call, clock }) {
  const [, tick] = useState();
  useEffect(() => {
    const timer = setInterval(() => tick({}), 500);
    return () => clearInterval(timer);
  }, []);
  return html`<span data-testid="timer">${talkTime(talkSeconds(call, clock))}</span>`;
}

function Talking({ call, clock, muted, onMute, onKey, onAct, ...rest }) {
  const about = html`<${Timer} call=${call} clock=${clock} />`;
  return html`<${Screen} call=${call} test="in-call" label="Call" about=${about} ...${rest}>
    <${Captions} timeline=${call.timeline} live=${true} note=${call.gathering && "Waiting for your keys"} />
    <${Keypad} onKey=${(digit) => onKey(call.sid, digit)} wanted=${call.gathering} />
    <div class="actions">
      <${Button} name="mute-voice" label="Mute the voice" icon=${muted ? "silent" : "sound"} kind="glass"
        aria-pressed=${muted} onClick=${() => onMute(!muted)} />
      <${HangUp} onClick=${() => onAct(call.sid, "hangup")} />
    </div>
  </${Screen}>`;
}

function Ended({ call, clock, alerts, onDismiss, ...rest }) {
  const time = call.status === "completed" ? ` · ${talkTime(talkSeconds(call, clock))}` : "";
  const problem = [...alerts.values()].findLast(({ sid }) => sid === call.sid);
  const about = html`<span role="status">Call ${call.status}${time}</span>`;
  return html`<${Screen} call=${call} test="call-ended" label="Call ended" about=${about} ...${rest}>
    <${Captions} timeline=${call.timeline} note=${problem?.message} />
    <div class="actions"><button class="soft-button glass" onClick=${onDismiss}>Done</button></div>
  </${Screen}>`;
}

/** The screen that fits the state of the call. */
export function CallScreen({ call, handset, ...rest }) {
  const status = statusAt(call, handset);
  const View = { ringing: Ringing, queued: Ringing, "in-progress": Talking }[status] ?? Ended;
  return html`<${View} key=${call.sid} call=${call} caller=${isCaller(call, handset)} ...${rest} />`;
}
