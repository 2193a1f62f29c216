/** The page: the phone and the inspector, kept in step with the emulator. */
import { connect } from "./connection.js";
import { FaultBanner } from "./faults.js";
import { formatNumber } from "./formats.js";
import { Handset } from "./handset.js";
import { Banners, HostState } from "./host.js";
import { Inspector } from "./inspector.js";
import { post } from "./person.js";
import { isCaller, liveCall, ringsAt } from "./records.js";
import { Store } from "./store.js";
import { Switcher } from "./switcher.js";
import { Tones } from "./tones.js";
import { html, render, useEffect, useLayoutEffect, useMemo, useState } from "./ui.js";

const NOTICE_MS = 8000;
const store = new Store();
const tones = new Tones();

/** What the person can do. Each action resolves to true; if it fails, it shows why and resolves to false. */
function makePerson(show) {
  const attempt = async (request) => {
    show("");
    const problem = await request.then(() => "", (error) => error.message);
    show(problem);
    return !problem;
  };
  let turn = Promise.resolve(); // send keys and speech in order
  const inTurn = (action) => (turn = turn.then(action));
  return {
    onProblem: show,
    onText: (from, to, body, picture) => attempt(post("texts", { from, to, body, media_url: picture })),
    onCall: (from, to) => attempt(post("calls", { from, to })),
    onAct: (sid, action, body = {}) => attempt(post(`calls/${sid}/${action}`, body)), // answer, decline, hangup, silence
    onKey: (sid, digits) => {
      tones.key(digits);
      inTurn(() => attempt(post(`calls/${sid}/keys`, { digits })));
    },
    onSay: (sid, text, final) =>
      inTurn(() => {
        const said = post(`calls/${sid}/speech`, { text, final });
        return final ? attempt(said) : said.catch(() => {}); // the app may have stopped listening
      }),
  };
}

/** Play the ringtone and update the tab's title. */
function useRinging({ calls, unread, connected, handsets, app: { title } }, handset) {
  const ringing = handsets.find((number) => [...calls.values()].some((call) => ringsAt(call, number)));
  const live = liveCall(calls, handset);
  const calling = live && isCaller(live) && live.status === "ringing";
  const kind = connected && (ringing ? "incoming" : calling && "outgoing");
  useEffect(() => (kind ? tones.ring(kind) : undefined), [kind]);
  const count = unread.size ? `(${unread.size}) ` : "";
  document.title = ringing ? `● Ringing: ${formatNumber(ringing)}` : `${count}${title}`;
  return ringing;
}

/** Mark this handset's texts as read while the page is visible. */
function useReading(handset) {
  useLayoutEffect(() => {
    const read = () => {
      const { calls, unread } = store.state;
      if (unread.size && !document.hidden && !liveCall(calls, handset)) store.receive("read", handset); // a call covers them
    };
    read();
    addEventListener("visibilitychange", read);
    const unsubscribe = store.subscribe((state, name) => ["text", "call", "snapshot"].includes(name) && read());
    return () => {
      unsubscribe();
      removeEventListener("visibilitychange", read);
    };
  }, [handset]);
}

/** Close the open menu on Escape or on a click outside it. */
function close({ key, target }) {
  const details = document.querySelector("details[open]");
  if (!details || (key ? key !== "Escape" : details.contains(target))) return;
  details.open = false;
  if (key) details.firstChild.focus();
}

const TopBar = ({ state, view, onView, ringing }) => html`<header class="top-bar">
  <h1><img src="/icon.svg" alt="" />${state.app.title}</h1>
  <div class="choices views" role="group" aria-label="View">
    ${["Phone", "Inspector"].map(
      (name) => html`<button aria-pressed=${view === name} onClick=${() => onView(name)}>
        ${name}${ringing && name === "Phone" && html`<em>ringing</em>`}
      </button>`,
    )}
  </div>
  ${state.clock.kind === "manual" && html`<span class="soft">Manual clock, ${state.clock.now}</span>`}
  ${(state.host || !state.connected) && html`<${HostState} host=${state.host} connected=${state.connected} />`}
</header>`;

function App() {
  const [known, setState] = useState(store.state);
  const [added, add] = useState([]); // handsets that only this page knows so far
  const [chosen, choose] = useState();
  const [selection, setSelection] = useState();
  const [view, setView] = useState("Phone"); // narrow screens show one view at a time
  const [drafts, setDrafts] = useState({});
  const [muted, onMute] = useState(false);
  const [notice, show] = useState("");
  const person = useMemo(() => makePerson(show), []);
  const state = { ...known, handsets: [...new Set([...known.handsets, ...added])] };
  const handset = state.handsets.includes(chosen) ? chosen : state.handsets[0];
  useLayoutEffect(() => store.subscribe(setState), []);
  const ringing = useRinging(state, handset);
  useReading(handset);
  useEffect(() => {
    const timer = setTimeout(show, NOTICE_MS, "");
    return () => clearTimeout(timer);
  }, [notice]);
  // Selecting the selected text or call again clears the selection.
  const onSelect = useMemo(() => (sid) => setSelection((old) => (old === sid ? undefined : sid)), []);
  const onAdd = (number) => {
    add((numbers) => [...numbers, number]);
    choose(number);
  };
  const onAnswer = (number, { sid }) => {
    choose(number);
    person.onAct(sid, "answer");
  };
  const onDraft = (key, text) => setDrafts((all) => ({ ...all, [key]: text }));
  return html`<div class="page ${view}">
    <${TopBar} ...${{ state, view, ringing }} onView=${setView} />
    <${Banners} ...${state} />
    ${state.ready && html`
      <${FaultBanner} ...${state.faults} services=${state.fault_services} />
      <div class="rooms">
        <div class="phone-room">
          <${Switcher} ...${{ state, handset, onAdd, onAnswer }} onChoose=${choose} />
          <${Handset} key=${handset}
            ...${{ state, handset, person, tones, notice, muted, onMute, selection, onSelect, drafts, onDraft }} />
        </div>
        <${Inspector} ...${{ state, handset, selection, onSelect }} />
      </div>`}
  </div>`;
}

addEventListener("click", close);
addEventListener("keydown", close);
render(html`<${App} />`, document.getElementById("app"));
connect(store);
