/** The screen on which the person dials a number. */
import { entryOf, formatNumber, international, numberOf } from "./formats.js";
import { Icon } from "./icons.js";
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
    ${state.numbers.length > 1 && html`<select aria-label="Numbers of your functions" value=${numberOf(number, state.numbers)?.number ?? ""}
      onChange=${({ target }) => setTyped(target.value)}>
      <option value="" disabled>Numbers of your functions</option>
      ${state.numbers.map((entry) => html`<option value=${entry.number}>${entryOf(entry.number, state)}</option>`)}
    </select>`}
    <${Keypad} onKey=${key} />
    <div class="actions">
      <button class="round" aria-label="Text" onClick=${() => onText(number)}><${Icon} name="message" /></button>
      <button class="round answer" aria-label="Call" onClick=${() => onCall(number)}><${Icon} name="phone" /></button>
      <button class="round" aria-label="Erase a digit" disabled=${!typed}
        onClick=${() => setTyped(typed.slice(0, -1))}><${Icon} name="erase" /></button>
    </div>
  </div>`;
}
