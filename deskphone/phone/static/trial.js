/** The switch for a trial account, and the numbers that it may reach. */
import { formatNumber, isClient } from "./formats.js";
import { refuse, send } from "./person.js";
import { html } from "./ui.js";

const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/** `trial` is null for a full account. `handsets` are the numbers that can be verified. */
export function Trial({ trial, handsets }) {
  const put = (body, field) => send("PUT", "trial", body).catch(refuse(field));
  const turn = ({ target }) => (target.checked ? put({}, target) : send("DELETE", "trial", {}).catch(refuse(target)));
  const verify = (number) => ({ target }) => {
    const others = trial.verified.filter((one) => one !== number);
    put({ verified: target.checked ? [...others, number] : others }, target);
  };
  const isFixed = (number) => (trial.verified.includes(number) ? trial.verified.length === 1 : trial.verified.length === trial.limit);
  return html`<section class="trial" data-testid="trial">
    <label><input type="checkbox" data-testid="trial-on" checked=${trial !== null} onChange=${turn} /> Trial account</label>
    ${trial && html`<p class="soft">It ends on ${DATE.format(new Date(trial.ends))}. Texts are refused, because they can only
      use Twilio's templates. Calls wait for a key first, and only reach up to ${trial.limit} verified numbers:</p>
      ${handsets.filter((number) => !isClient(number)).map((number) => html`<label key=${number}><input type="checkbox" checked=${trial.verified.includes(number)}
        disabled=${isFixed(number)} onChange=${verify(number)} /> ${formatNumber(number)}</label>`)}`}
  </section>`;
}
