/** The screen for dialing a number. */
import { entryOf, formatNumber, international, numberOf } from "./formats.js";
import { Round } from "./icons.js";
import { Keypad } from "./keypad.js";
import { html, useState } from "./ui.js";

export function Dialer({ state, tones, onCall, onText }) {
  const [typed, setTyped] = useState("");
  const number = typed ? international(typed) ?? typed : state.line;
  const key = (digit) => {
    tones.key(digit);
    setTyped((digits) => (digits + digit).replace(/^0/, "+").slice(0, 16)); // 0 at the start stands for +
  };
  return html`<div class="dialer">
    <output class=${typed ? "" : "soft"} aria-label="Number">${formatNumber(number)}</output>
    ${state.numbers.length > 1 && html`<select aria-label="App numbers" value=${numberOf(number, state.numbers)?.number ?? ""}
      onChange=${({ target }) => setTyped(target.value)}>
      <option value="" disabled>Choose a number</option>
      ${state.numbers.map((entry) => html`<option value=${entry.number}>${entryOf(entry.number, state)}</option>`)}
    </select>`}
    <${Keypad} onKey=${key} />
    <div class="actions">
      <${Round} label="Text" icon="message" onClick=${() => onText(number)} />
      <${Round} label="Call" icon="phone" kind="answer" onClick=${() => onCall(number)} />
      <${Round} label="Delete digit" icon="erase" disabled=${!typed} onClick=${() => setTyped(typed.slice(0, -1))} />
    </div>
  </div>`;
}
