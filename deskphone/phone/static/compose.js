/** The form for writing a text. */
import { formatNumber } from "./formats.js";
import { Round } from "./icons.js";
import { segmentsOf } from "./segments.js";
import { html, useState } from "./ui.js";

/** `onSend(body, picture)` resolves to true once the text is sent; otherwise the draft is kept. */
export function Compose({ peer, draft, onDraft, onSend }) {
  const [busy, setBusy] = useState(false);
  const { units, segments } = segmentsOf(draft);
  const ready = !busy && draft.trim();
  const deliver = async (picture) => {
    setBusy(true);
    if (await onSend(draft, picture)) onDraft("");
    setBusy(false);
  };
  const send = (event) => {
    event.preventDefault();
    if (ready) deliver();
  };
  const attach = () => {
    const url = prompt("Send the text with the picture at this URL:", "https://");
    if (url) deliver(url);
  };
  const onKeyDown = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send(event);
  };
  return html`<form class="compose" onSubmit=${send}>
    <textarea rows="1" data-testid="compose" placeholder="Text message" aria-label="Text to ${formatNumber(peer)}"
      value=${draft} onInput=${(event) => onDraft(event.target.value)} onKeyDown=${onKeyDown}></textarea>
    ${draft && html`<small>${units} · ${segments} segment${segments > 1 && "s"}</small>`}
    <${Round} test="attach" label="Send a picture" icon="picture" type="button" disabled=${busy} onClick=${attach} />
    <${Round} test="send" label="Send" icon="send" kind="send" disabled=${!ready} />
  </form>`;
}
