/** Calls that are in a queue or a conference right now. */
import { formatNumber } from "./formats.js";
import { Icon } from "./icons.js";
import { secondsSince } from "./records.js";
import { Timer } from "./timer.js";
import { html } from "./ui.js";

const Room = ({ test, title, note, children }) => html`<section class="trace room" data-testid=${test}>
  <h2 class="head"><${Icon} name="people" /><b>${title}</b><span class="outcome busy">${note}</span></h2>
  <ol>${children}</ol>
</section>`;

const STATES = { coaching: "coaching", muted: "muted", hold: "on hold", waiting: "waiting" };

const Queue = ({ queue: { name, members }, clock }) => html`<${Room} test="queue" title="Queue ${name}" note="${members.length} waiting">
  ${members.map(({ call_sid: sid, position, number, since }) => html`<li key=${sid}>
    <span class="at">${position}</span>
    <span class="what">${formatNumber(number)}</span>
    <span class="soft">waiting <${Timer} seconds=${() => secondsSince(since, clock)} /></span>
  </li>`)}
</${Room}>`;

const Conference = ({ conference: { name, status, participants } }) => html`<${Room} test="conference" title="Conference ${name}"
  note=${status === "init" ? "not started" : status}>
  ${participants.map((one) => html`<li key=${one.call_sid}>
    <span class="at" />
    <span class="what">${formatNumber(one.number)}${one.label && html` <small>${one.label}</small>`}</span>
    <span class="busy">${Object.keys(STATES).filter((name) => one[name]).map((name) => STATES[name]).join(", ")}</span>
  </li>`)}
</${Room}>`;

export function Rooms({ queues, conferences, clock }) {
  const open = ({ status, participants }) => status !== "completed" && participants.length;
  return html`
    ${[...queues.values()].filter(({ members }) => members.length).map((queue) => html`<${Queue} key=${queue.sid} ...${{ queue, clock }} />`)}
    ${[...conferences.values()].filter(open).map((conference) => html`<${Conference} key=${conference.sid} conference=${conference} />`)}`;
}
