/** The call screens. */
import { Captions } from "./captions.js";
import { formatNumber, nameOf, talkTime } from "./formats.js";
import { Icon, Round } from "./icons.js";
import { Keypad } from "./keypad.js";
import { playCall } from "./line-sound.js";
import { talk } from "./microphone.js";
import { isCaller, lineOf, liveCall, talkSeconds } from "./records.js";
import { situationOf } from "./situation.js";
import { SpeechField } from "./speech-field.js";
import { Timer } from "./timer.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "./ui.js";

const KEPT_MS = 5000; // how long a finished call stays on screen

/** Return [call, dismiss] for a handset's screen; a finished call stays for a moment. */
export function useCall(calls, handset) {
  const live = liveCall(calls, handset);
  const [kept, setKept] = useState();
  const matters = live && (isCaller(live) || live.status === "in-progress");
  useLayoutEffect(() => {
    if (live) setKept(matters && live.sid);
  }, [live?.sid, matters]);
  useEffect(() => {
    const timer = !live && kept && setTimeout(setKept, KEPT_MS);
    return () => clearTimeout(timer);
  }, [live?.sid, kept]);
  return [live ?? calls.get(kept), () => setKept()];
}

/** The frame around each screen. It takes focus, so that Enter doesn't answer or hang up. */
function Screen({ call, state, test, label, about, children }) {
  const element = useRef();
  useEffect(() => element.current.focus(), []);
  const number = lineOf(call);
  const name = nameOf(number, state);
  return html`<section class="call-screen ${test}" role="dialog" aria-label=${label} tabindex="-1" data-testid=${test} ref=${element}>
    <header>
      <h2>${name}</h2>
      ${name !== formatNumber(number) && html`<p>${formatNumber(number)}</p>`}
      <p>${about}</p>
    </header>
    ${children}
  </section>`;
}

const HangUp = ({ onClick }) =>
  html`<${Round} test="hangup" label="Hang up" icon="hangup" kind="decline" onClick=${onClick} />`;

function Ringing({ call, state, onAct }) {
  const caller = isCaller(call);
  const act = (action, body) => () => onAct(call.sid, action, body);
  return html`<${Screen} ...${{ call, state }} test=${caller ? "outgoing-call" : "incoming-call"}
    label=${caller ? "Calling" : "Incoming call"} about=${caller ? "Calling…" : "Incoming call"}>
    <div class="lamp" aria-hidden="true"><i /><${Icon} name="phone" /></div>
    <div class="actions">
      ${caller
        ? html`<${HangUp} onClick=${act("hangup")} />`
        : html`<${Round} test="decline" label="Decline" icon="hangup" kind="decline" onClick=${act("decline")} />
            <${Round} test="answer" label="Answer" icon="phone" kind="answer" onClick=${act("answer")} />`}
    </div>
    ${!caller && html`<button class="soft-button" onClick=${act("answer", { machine: true })}>Send to answering machine</button>`}
  </${Screen}>`;
}

/** What the app is waiting for. */
const WANTED = {
  keys: "Waiting for you to press keys",
  speech: "Listening",
  "keys speech": "Waiting for keys or speech",
  recording: "Recording… Hang up or press a key to finish.",
};

/** The speech field, shown while the app listens. In a recording, the person talks until they press Stop talking. */
function Speech({ call, recording, onAct, onSay }) {
  const [silent, setSilent] = useState(false);
  const say = (text, final) => {
    setSilent(false);
    onSay(call.sid, text, final);
  };
  const stopTalking = async () => setSilent(await onAct(call.sid, "silence"));
  return html`<div class="talk">
    <${SpeechField} onSay=${say} />
    ${recording && html`<button class="soft-button glass" aria-pressed=${silent} onClick=${stopTalking}>Stop talking</button>`}
  </div>`;
}

function Talking({ call, state, muted, onMute, onKey, onSay, onAct, onProblem }) {
  const { sid, wants } = call;
  const [talking, setTalking] = useState(false);
  const hasSound = state.clock.kind !== "manual";
  const plays = hasSound && !muted;
  useEffect(() => (plays ? playCall(sid) : undefined), [sid, plays]);
  const giveUp = (problem) => {
    setTalking(false);
    onProblem(problem);
  };
  useEffect(() => (talking ? talk(sid, giveUp) : undefined), [sid, talking]);
  const about = html`<${Timer} seconds=${() => talkSeconds(call, state.clock)} />`;
  const recording = wants.includes("recording");
  return html`<${Screen} ...${{ call, state, about }} test="in-call" label="Call">
    <${Captions} timeline=${call.timeline} live=${true} note=${WANTED[recording ? "recording" : [...wants].sort().join(" ")]} />
    <p class="situation" role="status">${situationOf(state, call)}</p>
    ${(recording || wants.includes("speech")) && html`<${Speech} key=${recording} ...${{ call, recording, onAct, onSay }} />`}
    <${Keypad} onKey=${(digit) => onKey(sid, digit)} wanted=${wants.includes("keys")} />
    <div class="actions">
      <${Round} label="Mute audio" icon=${muted ? "silent" : "sound"} kind="glass"
        aria-pressed=${muted} onClick=${() => onMute(!muted)} />
      ${hasSound && html`<${Round} label="Microphone" icon="microphone" kind="glass"
        aria-pressed=${talking} onClick=${() => setTalking(!talking)} />`}
      <${HangUp} onClick=${() => onAct(sid, "hangup")} />
    </div>
  </${Screen}>`;
}

function Ended({ call, state, onDismiss }) {
  const { clock, alerts } = state;
  const time = call.status === "completed" ? ` · ${talkTime(talkSeconds(call, clock))}` : "";
  const problem = [...alerts.values()].findLast(({ sid }) => sid === call.sid);
  const about = html`<span role="status">Call ${call.status}${time}</span>`;
  return html`<${Screen} ...${{ call, state, about }} test="call-ended" label="Call ended">
    <${Captions} timeline=${call.timeline} note=${problem?.message} />
    <div class="actions"><button class="soft-button glass" onClick=${onDismiss}>Done</button></div>
  </${Screen}>`;
}

/** Show the screen for the call's state. */
export function CallScreen({ call, state, ...rest }) {
  const View = { ringing: Ringing, queued: Ringing, "in-progress": Talking }[call.status] ?? Ended;
  return html`<${View} key=${call.sid} ...${{ call, state, ...rest }} />`;
}
