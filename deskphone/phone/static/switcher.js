/** All handsets: a lamp for each, and the way to answer one that is not in hand. */
import { formatNumber, international, numberOf } from "./formats.js";
import { Round } from "./icons.js";
import { liveCall, ringsAt, unreadCount } from "./records.js";
import { html } from "./ui.js";

function Tab({ state, number, inHand, onChoose, onAnswer }) {
  const call = liveCall(state.calls, number);
  const ringing = call && ringsAt(call, number);
  const unread = unreadCount(state, number);
  const mood = ringing ? "ringing" : call ? "talking" : "";
  return html`<div class="tab ${mood}">
    <button data-testid="handset-tab" data-number=${number} aria-pressed=${inHand} onClick=${() => onChoose(number)}>
      ${unread ? html`<b data-testid="unread">${unread}<span class="spoken"> unread</span></b>` : html`<i />`}
      ${formatNumber(number)}
      ${call && html`<span class="spoken">${ringing ? "ringing" : "in a call"}</span>`}
    </button>
    ${ringing && !inHand && html`<${Round} test="answer-tab" label="Answer ${formatNumber(number)}"
      icon="phone" kind="answer" onClick=${() => onAnswer(number, call)} />`}
  </div>`;
}

/** The next number after those that are known, as a proposal. */
const nextNumber = (numbers) => numbers.toSorted().at(-1).replace(/\d{7}$/, (end) => String(Number(end) + 1).padStart(7, "0"));

/** `onAdd(number)` takes a handset with this number in hand. */
function AddHandset({ state, onAdd }) {
  const focus = ({ currentTarget: details }) => details.open && details.querySelector("input").select();
  const add = (event) => {
    event.preventDefault();
    const field = event.target.number;
    const number = international(field.value);
    field.setCustomValidity(numberOf(number, state.numbers) ? `This is a number of ${state.app.name}.` : number ? "" : "A phone number with its +");
    if (!field.reportValidity()) return;
    const details = event.target.parentNode;
    details.open = false;
    details.firstChild.focus();
    onAdd(number);
  };
  return html`<details class="add" onToggle=${focus}>
    <summary aria-label="Add a handset" title="Add a handset" data-testid="add-handset">+</summary>
    <form class="popover" noValidate onSubmit=${add}>
      <label>Number of the handset<input name="number" type="tel" key=${state.handsets.length} defaultValue=${nextNumber(state.handsets)} /></label>
      <button class="soft-button">Add</button>
    </form>
  </details>`;
}

export const Switcher = ({ state, handset, onChoose, onAdd, onAnswer }) => html`<div class="switcher">
  <nav class="handsets" aria-label="Handsets">
    ${state.handsets.map((number) => html`<${Tab} key=${number} inHand=${number === handset} ...${{ state, number, onChoose, onAnswer }} />`)}
  </nav>
  <${AddHandset} ...${{ state, onAdd }} />
</div>`;
