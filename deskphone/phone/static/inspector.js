/** A live view of what happens behind the phone. */
import { Commands } from "./commands.js";
import { FaultMenu } from "./faults.js";
import { Numbers } from "./numbers.js";
import { Rooms } from "./rooms.js";
import { Trace } from "./trace.js";
import { hasProblem, tracesOf } from "./traces.js";
import { html, useLayoutEffect, useRef, useState } from "./ui.js";

const PAGE = 60; // cards
const NEAR_TOP = 300; // pixels; closer than this, the list scrolls to a new card
const FILTERS = {
  All: () => true,
  Texts: ({ record }) => record && !record.timeline,
  Calls: ({ record }) => record?.timeline,
  Recordings: ({ recordings }) => recordings.length,
  Problems: hasProblem,
};

const Filters = ({ all, filter, onFilter }) => html`<div class="choices" role="group" aria-label="Show">
  ${Object.keys(FILTERS).map((name) => {
    const count = all.filter(FILTERS[name]).length;
    return html`<button aria-pressed=${filter === name} onClick=${() => onFilter(name)}>${name} <small>${count || ""}</small></button>`;
  })}
</div>`;

const Welcome = ({ app, commands }) => html`<div class="welcome">
  <h2>Your browser is now a phone</h2>
  <p>${commands ? "Run one of these in a terminal, or text and call" : "Text and call"} ${app.name} from the handset. Everything
    that happens shows up here.</p>
  ${commands}
</div>`;

export function Inspector({ state, handset, selection, onSelect }) {
  const [filter, setFilter] = useState("All");
  const [limit, setLimit] = useState(PAGE);
  const { numbers, line, app, trial, handsets, faults, fault_services: services } = state;
  const { answers_url: answersUrl } = app;
  const all = tracesOf(state);
  const list = useRef();
  useLayoutEffect(() => {
    if (list.current?.scrollTop < NEAR_TOP) list.current.scrollTop = 0;
  }, [all[0]?.sid]);
  const chosen = all.filter(({ sid }) => sid === selection);
  const shown = chosen.length ? chosen : all.filter(FILTERS[filter]);
  const commands = app.commands.length > 0 && html`<${Commands} commands=${app.commands} handset=${handset} />`;
  const fresh = !all.length;
  return html`<main class="inspector" aria-label="Inspector">
    <div class="inspector-bar">
      ${chosen.length
        ? html`<button class="soft-button" onClick=${() => onSelect(selection)}>Show all</button>`
        : !fresh && html`<${Filters} all=${all} filter=${filter} onFilter=${setFilter} />`}
      <${Numbers} ...${{ numbers, line, app, trial, handsets }} />
      <${FaultMenu} ...${faults} services=${services} notes=${app.fault_notes} />
      ${!fresh && commands && html`<details><summary>Commands</summary><div class="popover">${commands}</div></details>`}
    </div>
    ${fresh && html`<${Welcome} app=${app} commands=${commands} />`}
    ${!fresh && html`<div class="traces" ref=${list}>
      ${!chosen.length && html`<${Rooms} ...${state} />`}
      ${!shown.length && html`<p class="soft">Nothing to show.</p>`}
      ${shown.slice(0, limit).map((trace) => html`<${Trace} key=${trace.sid} answersUrl=${answersUrl}
        selected=${trace.sid === selection} onSelect=${onSelect} ...${trace} />`)}
      ${shown.length > limit && html`<button class="soft-button" onClick=${() => setLimit(limit + PAGE)}>Show older</button>`}
      ${state.older && html`<p class="soft" data-testid="older">Older entries are no longer kept.</p>`}
    </div>`}
  </main>`;
}
