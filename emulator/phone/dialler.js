/** The screen on which the person dials a number. */
import { formatNumber } from "./formats.js";
import { Icon } from "./icons.js";
import { Keypad } from "./keypad.js";
import { html, useState } from "./ui.js";

/** Ten digits alone are an American number, with or without its 1. */
const AMERICAN = /^1?([2-9]\d{9})$/;

export function Dialler({ line, tones, onCall, onText }) {
  const [typed, setTyped] = useState("");
  const number = typed.replace(AMERICAN, "+1$1") || line;
  const key = (digit) => {
    tones.key(digit);
    setTyped((digits) => (digits + digit).replace(/^0/, "+").slice(0, 16)); // no number begins with 0
  };
  return html`<div class="dialler">
    <output class=${typed ? "" : "soft"} aria-label="Number">${formatNumber(number)}</output>
    <${Keypad} onKey=${key} />
    <div class="actions">
      <button class="round" aria-label="Text" onClick=${() => onText(number)}><${Icon} name="message" /></button>
      <button class="round answer" aria-label="Call" onClick=${() => onCall(number)}><${Icon} name="phone" /></button>
      <button class="round" aria-label="Erase a digit" disabled=${!typed}
        onClick=${() => setTyped(typed.slice(0, -1))}><${Icon} name="erase" /></button>
    </div>
  </div>`;
}
