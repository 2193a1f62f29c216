/** The commands that text and ring a handset, ready to be copied. */
import { Icon } from "./icons.js";
import { html, useState } from "./ui.js";

const COPIED_MS = 1500;

function Command({ label, url, body }) {
  const [copied, setCopied] = useState(false);
  const source = `curl -X POST ${url} -H 'x-functions-key: local' -d '${JSON.stringify(body)}'`;
  const copy = async () => {
    await navigator.clipboard.writeText(source);
    setCopied(true);
    setTimeout(setCopied, COPIED_MS, false);
  };
  return html`<figure>
    <figcaption>${label}
      <button data-testid="copy" aria-label="Copy: ${label}" onClick=${copy}>
        <${Icon} name="copy" /><span role="status">${copied ? "Copied" : "Copy"}</span>
      </button>
    </figcaption>
    <pre tabindex="0">${source}</pre>
  </figure>`;
}

export const Commands = ({ functionsUrl, handset }) => html`<div class="commands" data-testid="commands">
  <${Command} label="Text this handset" url="${functionsUrl}/api/SendSms" body=${{ to: handset, body: "Hello" }} />
  <${Command} label="Ring it" url="${functionsUrl}/api/PlaceCall" body=${{ to: handset }} />
</div>`;
