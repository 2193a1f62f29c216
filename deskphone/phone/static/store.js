/** What the page knows: one immutable state that only events change. */

const LIMIT = 500; // newest records of each kind
const KINDS = ["texts", "calls", "webhooks", "alerts", "queues", "conferences", "recordings"];
const VALUES = ["host", "numbers", "handsets", "clock", "faults"];

/** An event is one record of a kind, or a value anew. */
export const EVENTS = ["snapshot", ...KINDS.map((kind) => kind.slice(0, -1)), ...VALUES];

const initialState = {
  connected: false,
  ready: false, // a snapshot has come, with all that is not named here
  handsets: [],
  ...Object.fromEntries(KINDS.map((kind) => [kind, new Map()])), // by sid or id
  older: false, // more has happened than is kept
  unread: new Set(), // sids of texts that nobody has looked at
  host: undefined, // how the app's server is doing, if it has one
  app: { title: document.title },
  clock: { kind: "system" },
};

export const byTime = (a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0);

const keyOf = ({ id, sid }) => id ?? sid;

const mapped = (records) => new Map(records.sort(byTime).map((record) => [keyOf(record), record]));

function added(state, kind, record) {
  const records = new Map(state[kind]).set(keyOf(record), record);
  const full = records.size > LIMIT;
  if (full) records.delete(records.keys().next().value);
  return { ...state, [kind]: records, older: state.older || full };
}

/** The unread texts, with those of `texts` to the person that the page did not know. */
const unread = (state, texts) =>
  new Set([
    ...state.unread,
    ...texts.filter(({ sid, direction }) => direction !== "inbound" && !state.texts.has(sid)).map(keyOf),
  ]);

/** Texts that came while the connection was lost are unread. */
function fromSnapshot(state, data) {
  return {
    ...state,
    ...data,
    host: data.host,
    connected: true,
    ready: true,
    ...Object.fromEntries(KINDS.map((kind) => [kind, mapped(data[kind])])),
    older: Object.values(data.dropped).some(Boolean),
    unread: state.ready ? unread(state, data.texts) : state.unread,
  };
}

/** The state after one event. */
function reduce(state, name, data) {
  if (name === "snapshot") return fromSnapshot(state, data);
  if (name === "lost") return { ...state, connected: false };
  // The texts to the number `data` have been looked at.
  if (name === "read") return { ...state, unread: new Set([...state.unread].filter((sid) => (state.texts.get(sid)?.to ?? data) !== data)) };
  if (VALUES.includes(name)) return { ...state, [name]: data };
  const next = added(state, `${name}s`, data);
  return name === "text" ? { ...next, unread: unread(state, [data]) } : next;
}

/** Holds the state and tells its listeners (state, name, data) about each event. */
export class Store {
  state = initialState;
  #listeners = new Set();

  receive(name, data) {
    this.state = reduce(this.state, name, data);
    for (const listener of this.#listeners) listener(this.state, name, data);
  }

  /** The function returned ends the subscription. */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
