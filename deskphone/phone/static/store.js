/** The page's state: immutable, and changed only by events. */

const LIMIT = 500; // records kept of each kind, newest first
const KINDS = ["texts", "calls", "webhooks", "alerts", "queues", "conferences", "recordings"];
const VALUES = ["host", "numbers", "trial", "handsets", "browsers", "clock", "faults"];

/** An event carries one record of a kind, or the new value of a field. */
export const EVENTS = ["snapshot", ...KINDS.map((kind) => kind.slice(0, -1)), ...VALUES];

const initialState = {
  connected: false,
  ready: false, // a snapshot has arrived, with everything not named here
  handsets: [],
  browsers: [], // the addresses of clients that are registered in a browser
  ...Object.fromEntries(KINDS.map((kind) => [kind, new Map()])), // by sid or id
  older: false, // older records were dropped
  unread: new Set(), // sids of unread texts
  host: undefined, // the state of the app's server, if it has one
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

/** Whether a text never reaches the recipient's phone. */
export const isLost = ({ status }) => ["undelivered", "failed", "canceled"].includes(status);

/** Return the unread texts, plus any text in `texts` to a person that is new to the page, but no lost ones. */
function unread(state, texts) {
  const isNew = ({ sid, direction }) => direction !== "inbound" && !state.texts.has(sid);
  const sids = new Set([...state.unread, ...texts.filter(isNew).map(keyOf)]);
  texts.filter(isLost).forEach(({ sid }) => sids.delete(sid));
  return sids;
}

/** Texts that arrived while the connection was lost count as unread. */
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

/** Return the state after one event. */
function reduce(state, name, data) {
  if (name === "snapshot") return fromSnapshot(state, data);
  if (name === "lost") return { ...state, connected: false };
  // The texts to the number `data` have been read.
  if (name === "read") return { ...state, unread: new Set([...state.unread].filter((sid) => (state.texts.get(sid)?.to ?? data) !== data)) };
  if (VALUES.includes(name)) return { ...state, [name]: data };
  const next = added(state, `${name}s`, data);
  return name === "text" ? { ...next, unread: unread(state, [data]) } : next;
}

/** Holds the state and calls its listeners with (state, name, data) for each event. */
export class Store {
  state = initialState;
  #listeners = new Set();

  receive(name, data) {
    this.state = reduce(this.state, name, data);
    for (const listener of this.#listeners) listener(this.state, name, data);
  }

  /** Return a function that ends the subscription. */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
