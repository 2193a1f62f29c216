/** The screen on which the person dials a number. */
import { entryOf, formatNumber, international, numberOf } from "./formats.js";
import { Round } from "./icons.js";
import { Keypad } from "./keypad.js";
import { html, useState } from "./ui.js";

export function Dialler({ state, tones, onCall, onText }) {
  const [typed, setTyped] = useState("");
  const number = typed ? international(typed) ?? typed : state.line;
  const key = (digit) => {
    tones.key(digit);
    setTyped((digits) => (digits + digit).replace(/^0/, "+").slice(0, 16)); // no number begins with 0
  };
  return html`<div class="dialler">
    <output class=${typed ? "" : "soft"} aria-label="Number">${formatNumber(number)}</output>
    ${state.numbers.length > 1 && html`<select aria-label="Numbers of ${state.app.name}" value=${numberOf(number, state.numbers)?.number ?? ""}
      onChange=${({ target }) => setTyped(target.value)}>
      <option value="" disabled>Numbers of ${state.app.name}</option>
      ${state.numbers.map((entry) => html`<option value=${entry.number}>${entryOf(entry.number, state)}</option>`)}
    </select>`}
    <${Keypad} onKey=${key} />
    <div class="actions">
      <${Round} label="Text" icon="message" onClick=${() => onText(number)} />
      <${Round} label="Call" icon="phone" kind="answer" onClick=${() => onCall(number)} />
      <${Round} label="Erase a digit" icon="erase" disabled=${!typed} onClick=${() => setTyped(typed.slice(0, -1))} />
    </div>
  </div>`;
}
