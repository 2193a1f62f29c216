/** What is broken on purpose: a strip that says so, and a menu that breaks it. */
import { Icon } from "./icons.js";
import { refuse, send } from "./person.js";
import { html } from "./ui.js";

const SERVICES = { twilio: "Twilio", webhooks: "Status callbacks", vault: "Key Vault", storage: "Storage", host: "Functions host" };
const KINDS = { 429: "error 429, too many requests", lost: "answers lost", refused: "down", twice: "delivered twice", rotated: "auth token changed", killed: "killed while sending" };
const CHOICES = [
  ["twilio", "lost", 1], ["twilio", "429", 1], ["twilio", "500", 1], ["webhooks", "twice"], ["webhooks", "dropped"],
  ["vault", "503"], ["storage", "refused"], ["host", "killed", 1],
].map(([service, kind, count]) => ({ service, kind, count }));

const isOn = ({ count, happened }) => !(happened >= count);

function inWords({ service, kind, probability, count, seconds, happened = 0 }) {
  const left = count - happened;
  return [
    `${SERVICES[service]}: ${KINDS[kind] ?? kind.replace(/^\d/, "error $&")}`,
    seconds && `${seconds} s`,
    probability < 1 && `${+(probability * 100).toFixed(2)} %`,
    left && (left > 1 ? `${left} times` : "once"),
  ].filter(Boolean).join(", ");
}

export function FaultStrip({ faults }) {
  const on = faults.filter(isOn);
  return html`<div role="status" data-testid="faults">
    ${on.length > 0 && html`<div class="banner faults">
      <${Icon} name="warning" />
      <p><b>Broken on purpose</b>${on.map((fault) => html`<span>${inWords(fault)}</span>`)}</p>
      <button class="soft-button" onClick=${({ target }) => send("DELETE", "faults", {}).catch(refuse(target))}>Turn off</button>
    </div>`}
  </div>`;
}

/** Each choice comes on top of what is on already. */
export function BreakIt({ seed, faults }) {
  const change = (choice) => ({ target }) => {
    const others = faults.filter((fault) => isOn(fault) && inWords(fault) !== inWords(choice));
    send("PUT", "faults", { seed, faults: target.checked ? [...others, choice] : others }).catch(refuse(target));
  };
  const on = faults.map(inWords);
  return html`<details>
    <summary data-testid="break">Break it</summary>
    <div class="popover">
      <p class="soft">What do your functions do when something fails?<br />Key Vault is asked once, after a start.</p>
      ${CHOICES.map((choice) => html`<label class="fault">
        <input type="checkbox" checked=${on.includes(inWords(choice))} onChange=${change(choice)} />${inWords(choice)}
      </label>`)}
    </div>
  </details>`;
}
