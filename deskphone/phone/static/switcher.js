/** All handsets: an indicator for each, and a button to answer one that isn't selected. */
import { international, isClient, numberOf, personOf } from "./formats.js";
import { Round } from "./icons.js";
import { liveCall, ringsAt, unreadCount } from "./records.js";
import { html } from "./ui.js";

function Tab({ state, number, isSelected, onChoose, onAnswer }) {
  const call = liveCall(state.calls, number);
  const ringing = call && ringsAt(call, number);
  const unread = unreadCount(state, number);
  const mood = ringing ? "ringing" : call ? "talking" : "";
  return html`<div class="tab ${mood}">
    <button data-testid="handset-tab" data-number=${number} title=${personOf(number, state.app)} aria-pressed=${isSelected} onClick=${() => onChoose(number)}>
      ${unread ? html`<b data-testid="unread">${unread}<span class="spoken"> unread</span></b>` : html`<i />`}
      ${personOf(number, state.app)}
      ${call && html`<span class="spoken">${ringing ? "ringing" : "in a call"}</span>`}
    </button>
    ${ringing && !isSelected && html`<${Round} test="answer-tab" label="Answer ${personOf(number, state.app)}"
      icon="phone" kind="answer" onClick=${() => onAnswer(number, call)} />`}
  </div>`;
}

/** Suggest the next number after the known ones. */
const nextNumber = (all) => all.filter((number) => !isClient(number)).toSorted().at(-1).replace(/\d{7}$/, (end) => String(Number(end) + 1).padStart(7, "0"));

/** `onAdd(number)` adds a handset with this number and selects it. */
function AddHandset({ state, onAdd }) {
  const focus = ({ currentTarget: details }) => details.open && details.querySelector("input").select();
  const add = (event) => {
    event.preventDefault();
    const field = event.target.number;
    const number = international(field.value);
    field.setCustomValidity(numberOf(number, state.numbers) ? `This number belongs to ${state.app.name}.` : number ? "" : "Enter a full phone number, starting with +.");
    if (!field.reportValidity()) return;
    const details = event.target.parentNode;
    details.open = false;
    details.firstChild.focus();
    onAdd(number);
  };
  return html`<details class="add" onToggle=${focus}>
    <summary aria-label="Add a handset" title="Add a handset" data-testid="add-handset">+</summary>
    <form class="popover" noValidate onSubmit=${add}>
      <label>Handset number<input name="number" type="tel" key=${state.handsets.length} defaultValue=${nextNumber(state.handsets)} /></label>
      <button class="soft-button">Add</button>
    </form>
  </details>`;
}

export const Switcher = ({ state, handset, onChoose, onAdd, onAnswer }) => html`<div class="switcher">
  <nav class="handsets" aria-label="Handsets">
    ${state.handsets.map((number) => html`<${Tab} key=${number} isSelected=${number === handset} ...${{ state, number, onChoose, onAnswer }} />`)}
  </nav>
  <${AddHandset} ...${{ state, onAdd }} />
</div>`;
