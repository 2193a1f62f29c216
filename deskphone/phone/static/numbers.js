/** The account's numbers and the URLs that handle their calls and texts. */
import { formatNumber } from "./formats.js";
import { refuse, send } from "./person.js";
import { Trial } from "./trial.js";
import { html, memo } from "./ui.js";

/** Percent-encode characters that a URL can't contain. */
const encoded = (text) => text.trim().replace(/[^!-~]|["<>]/gu, encodeURIComponent);

/** `examples` are pairs of a title and a URL. All URLs may be relative to `answersUrl`. */
function UrlField({ number, name, label, answersUrl, examples }) {
  const url = number[name];
  const own = `${answersUrl}/`;
  const title = `${label} to ${formatNumber(number.number)}`;
  const save = (field) => {
    field.setCustomValidity("");
    send("PUT", `numbers/${number.sid}`, { [name]: encoded(field.value) }).catch(refuse(field));
  };
  const choose = ({ target: list }) => {
    const field = list.parentNode.querySelector("input");
    field.value = list.value;
    list.value = "";
    save(field);
  };
  return html`<div class="address">
    <label><span>${label}</span>
      <input key=${url} data-testid=${name} spellcheck="false" autocomplete="off" placeholder="Not set"
        aria-label=${title} defaultValue=${url.startsWith(own) ? url.slice(own.length) : url}
        onChange=${({ target }) => save(target)} /></label>
    ${examples.length > 0 && html`<select aria-label="Examples: ${title}" onChange=${choose}>
      <option value="">Examples</option>
      ${examples.map(([title, value]) => html`<option value=${value}>${title}</option>`)}
    </select>`}
  </div>`;
}

/** Whether a shared key signs the webhooks of a number, and which one. */
function SharedKey({ number: { sid, number, shared_key: key }, note }) {
  const change = ({ target }) => send("PUT", `numbers/${sid}`, { shared_key: target.checked }).catch(refuse(target));
  return html`<div class="shared-key">
    <label><input type="checkbox" data-testid="shared_key" checked=${key !== ""} onChange=${change}
      aria-label="Sign the webhooks of ${formatNumber(number)} with a shared key" /> Sign with a shared key (SHA-256)</label>
    ${key && html`<p class="soft"><code>${key}</code> ${note}</p>`}
  </div>`;
}

export const Numbers = memo(({ numbers, line, app, trial, handsets }) => {
  const { answers_url: answersUrl } = app;
  const change = (method, path) => ({ target }) => send(method, path, {}).catch(refuse(target));
  return html`<details class="numbers">
    <summary data-testid="numbers">Numbers</summary>
    <div class="popover">
      <p class="soft">Choose what handles each number: ${answersUrl && "a function or "}any URL.</p>
      ${numbers.map((number) => html`<section key=${number.sid} data-testid="number">
        <h2>${formatNumber(number.number)}
          ${number.number !== line && html`<button class="soft" aria-label="Remove ${formatNumber(number.number)}"
            onClick=${change("DELETE", `numbers/${number.sid}`)}>Remove</button>`}
        </h2>
        <${UrlField} name="voice_url" label="Calls" examples=${app.voice_examples} ...${{ number, answersUrl }} />
        <${UrlField} name="sms_url" label="Texts" examples=${app.text_examples} ...${{ number, answersUrl }} />
        <${SharedKey} number=${number} note=${app.shared_key_note} />
      </section>`)}
      <button class="soft-button" data-testid="add-number" onClick=${change("POST", "numbers")}>Add a number</button>
      <${Trial} ...${{ trial, handsets }} />
    </div>
  </details>`;
});
