/** Captions for a call, made from its timeline. */
import { html } from "./ui.js";

const fileOf = (url) => url.split("?")[0].split("/").at(-1) || url;

const WORDS = {
  Say: ({ text }) => text,
  Play: ({ attributes: { url, digits } }) => `♪ ${url ? fileOf(url) : digits}`,
  Pause: ({ attributes }) => `${attributes.length ?? 1} s of silence`,
  keys: ({ text }) => text,
  speech: ({ text }) => text,
};

/** Join consecutive keys into one line. */
function joined(entries, entry) {
  const last = entries.at(-1);
  if (entry.name !== "keys" || last?.name !== "keys") return [...entries, entry];
  return [...entries.slice(0, -1), { ...last, text: last.text + entry.text }];
}

export function Captions({ timeline, live, note }) {
  const entries = timeline.filter(({ name }) => WORDS[name]).reduce(joined, []);
  return html`<div class="captions" role="log" aria-label="Captions" tabindex="0"><div>
    ${entries.map(
      (entry, index) => html`<p data-testid="caption"
        class="${entry.name} ${live && index === entries.length - 1 ? "now" : ""}">${WORDS[entry.name](entry)}</p>`,
    )}
    ${note && html`<p class="note">${note}</p>`}
  </div></div>`;
}
