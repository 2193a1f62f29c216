/** What is said in a call, as captions made from its timeline. */
import { html } from "./ui.js";

const WORDS = {
  Say: ({ text }) => text,
  Play: ({ attributes }) => `♪ ${attributes.url ?? attributes.digits}`,
  Pause: ({ attributes }) => `${attributes.length ?? 1} s of silence`,
  keys: ({ text }) => text,
  speech: ({ text }) => text,
};

export function Captions({ timeline, live, note }) {
  const entries = timeline.filter(({ name }) => WORDS[name]);
  return html`<div class="captions" role="log" aria-label="Captions" tabindex="0"><div>
    ${entries.map(
      (entry, index) => html`<p data-testid="caption"
        class="${entry.name} ${live && index === entries.length - 1 ? "now" : ""}">${WORDS[entry.name](entry)}</p>`,
    )}
    ${note && html`<p class="note">${note}</p>`}
  </div></div>`;
}
