/** The app's commands, such as texting or calling a handset, ready to copy. */
import { Icon } from "./icons.js";
import { html, useState } from "./ui.js";

const SHOWN_MS = 3000; // how long the result of a copy is shown

function Command({ label, source }) {
  const [result, show] = useState("Copy");
  const copy = async () => {
    const written = navigator.clipboard.writeText(source);
    show(await written.then(() => "Copied", () => "Not allowed. Select the text instead."));
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

export const Commands = ({ commands, handset }) => html`<div class="commands">
  ${commands.map(([label, source]) => html`<${Command} label=${label} source=${source.replaceAll("{handset}", handset)} />`)}
</div>`;
