/** A running timer. */
import { talkTime } from "./formats.js";
import { html, useEffect, useState } from "./ui.js";

/** `seconds` is a function that is called on every tick. */
export function Timer({ seconds }) {
  const [, tick] = useState();
  useEffect(() => {
    const timer = setInterval(() => tick({}), 500);
    return () => clearInterval(timer);
  }, []);
  return html`<span data-testid="timer">${talkTime(seconds())}</span>`;
}
