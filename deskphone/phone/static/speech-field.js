/** The field for what the person says in a call. */
import { Round } from "./icons.js";
import { html, useEffect, useRef, useState } from "./ui.js";

const PAUSE_MS = 150; // between two partial results

/** `onSay(text, final)`; `final` is false while the person is still speaking. */
export function SpeechField({ onSay }) {
  const [text, setText] = useState("");
  const timer = useRef();
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = ({ target: { value } }) => {
    setText(value);
    clearTimeout(timer.current);
    if (value.trim()) timer.current = setTimeout(onSay, PAUSE_MS, value, false);
  };
  const say = (event) => {
    event.preventDefault();
    clearTimeout(timer.current);
    if (text.trim()) onSay(text, true);
    setText("");
  };
  return html`<form class="compose" onSubmit=${say}>
    <input data-testid="say" placeholder="Say something" aria-label="Say something" autocomplete="off" value=${text} onInput=${type} />
    <${Round} label="Say it" icon="send" kind="send" disabled=${!text.trim()} />
  </form>`;
}
