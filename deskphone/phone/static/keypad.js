/** The twelve keys, for dialing and for calls. */
import { html, useEffect, useRef } from "./ui.js";

const LETTERS = ["+", "", "ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ"];

/** The computer's keyboard works too, unless the person is typing in a field. */
export function Keypad({ onKey, wanted }) {
  const keypad = useRef();
  useEffect(() => {
    const listen = ({ key, target, repeat, ctrlKey, metaKey, altKey }) => {
      if (repeat || ctrlKey || metaKey || altKey || target.matches("input, textarea, select")) return;
      const value = key === "+" ? "0" : key; // the 0 key is labeled +
      if (/^[0-9*#]$/.test(value)) keypad.current.querySelector(`[value="${value}"]`).click();
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
  const press = ({ currentTarget: button }) => {
    button.animate([{ background: "var(--cord)", color: "var(--on-cord)" }, {}], 240);
    onKey(button.value);
  };
  return html`<div class="keypad ${wanted ? "wanted" : ""}" role="group" aria-label="Keypad" ref=${keypad}>
    ${[..."123456789*0#"].map(
      (key) => html`<button value=${key} data-testid="key-${key}" aria-label=${key} onClick=${press}>
        ${key}<small>${LETTERS[key]}</small>
      </button>`,
    )}
  </div>`;
}
