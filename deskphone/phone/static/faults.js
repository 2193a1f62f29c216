/** Injected faults: a banner that lists them, and a menu that switches them on and off. */
import { Icon } from "./icons.js";
import { refuse, send } from "./person.js";
import { html } from "./ui.js";

const isOn = ({ count, happened }) => !(happened >= count);

/** Describe a fault; `services` has the titles and the words for each kind of fault. */
function describe(services, { service, kind, probability, count, seconds, happened = 0 }) {
  const left = count - happened;
  const { title, words } = services[service];
  return [
    `${title}: ${words[kind] ?? kind.replace(/^\d/, "error $&")}`,
    seconds && `${seconds} s`,
    probability < 1 && `${+(probability * 100).toFixed(2)} %`,
    left && (left > 1 ? `${left} times` : "once"),
  ].filter(Boolean).join(", ");
}

export function FaultBanner({ faults, services }) {
  const on = faults.filter(isOn);
  return html`<div role="status" data-testid="faults">
    ${on.length > 0 && html`<div class="banner faults">
      <${Icon} name="warning" />
      <p><b>Faults on</b>${on.map((fault) => html`<span>${describe(services, fault)}</span>`)}</p>
      <button class="soft-button" onClick=${({ target }) => send("DELETE", "faults", {}).catch(refuse(target))}>Clear all faults</button>
    </div>`}
  </div>`;
}

/** Each choice adds to the faults that are already on. */
export function FaultMenu({ seed, faults, services, notes }) {
  const named = (fault) => describe(services, fault);
  const choices = Object.entries(services).flatMap(([service, { menu }]) => menu.map((kind) => ({ service, ...kind })));
  const change = (choice) => ({ target }) => {
    const others = faults.filter((fault) => isOn(fault) && named(fault) !== named(choice));
    send("PUT", "faults", { seed, faults: target.checked ? [...others, choice] : others }).catch(refuse(target));
  };
  const on = faults.map(named);
  return html`<details>
    <summary data-testid="fault-menu">Faults</summary>
    <div class="popover">
      <p class="soft">${notes.map((note, index) => html`${index > 0 && html`<br />`}${note}`)}</p>
      ${choices.map((choice) => html`<label class="fault">
        <input type="checkbox" checked=${on.includes(named(choice))} onChange=${change(choice)} />${named(choice)}
      </label>`)}
    </div>
  </details>`;
}
