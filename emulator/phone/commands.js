/** The commands that text and ring a handset, ready to be copied. */
import { Icon } from "./icons.js";
import { html, useState } from "./ui.js";

const SHOWN_MS = 3000; // what became of the copy

function Command({ label, url, functionKey, body }) {
  const [result, show] = useState("Copy");
  const source = `curl -X POST ${url} -H 'x-functions-key: ${functionKey}' -d '${JSON.stringify(body)}'`;
  const copy = async () => {
    const written = navigator.clipboard.writeText(source);
    show(await written.then(() => "Copied", () => "Not allowed: select the text"));
    setTimeout(show, SHOWN_MS, "Copy");
  };
  return html`<figure>
    <figcaption>${label}
      <button data-testid="copy" aria-label="Copy: ${label}" onClick=${copy}>
        <${Icon} name="copy" /><span role="status">${result}</span>
      </button>
    </figcaption>
    <pre tabindex="0">${source}</pre>
  </figure>`;
}

export const Commands = ({ answersUrl, functionKey, handset }) => html`<div class="commands">
  <${Command} label="Text this handset" url="${answersUrl}/SendSms" functionKey=${functionKey} body=${{ to: handset, body: "Hello" }} />
  <${Command} label="Ring it" url="${answersUrl}/PlaceCall" functionKey=${functionKey} body=${{ to: handset }} />
</div>`;
