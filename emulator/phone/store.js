/** What the page knows: one immutable state that only events change. */

const LIMIT = 500; // newest records of each kind

export const initialState = {
  connected: false,
  ready: false, // a snapshot has come
  line: "",
  handsets: [],
  texts: new Map(), // by sid
  calls: new Map(), // by sid
  webhooks: new Map(), // by id
  alerts: [],
  unread: new Set(), // sids of texts that nobody has looked at
  host: { state: "starting", reason: "", functions: [], errors: [] },
  clock: { kind: "system" },
  functions_url: "",
};

export const byTime = (a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0);

const mapped = (records, key) =>
  new Map(records.sort(byTime).slice(-LIMIT).map((record) => [record[key], record]));

function added(map, key, record) {
  const copy = new Map(map).set(key, record);
  if (copy.size > LIMIT) copy.delete(copy.keys().next().value);
  return copy;
}

/** The sids of texts to the person that the page did not know. */
const news = (state, texts) =>
  texts.filter(({ sid, direction }) => direction !== "inbound" && !state.texts.has(sid)).map(({ sid }) => sid);

/** Texts that came while the connection was lost are unread. */
function fromSnapshot(state, data) {
  return {
    ...state,
    ...data,
    connected: true,
    ready: true,
    texts: mapped(data.texts, "sid"),
    calls: mapped(data.calls, "sid"),
    webhooks: mapped(data.webhooks, "id"),
    unread: state.ready ? new Set([...state.unread, ...news(state, data.texts)]) : state.unread,
  };
}

/** The state after one event; an unknown event changes nothing. */
export function reduce(state, name, data) {
  switch (name) {
    case "snapshot":
      return fromSnapshot(state, data);
    case "text":
      return {
        ...state,
        texts: added(state.texts, data.sid, data),
        unread: new Set([...state.unread, ...news(state, [data])]),
      };
    case "call":
      return { ...state, calls: added(state.calls, data.sid, data) };
    case "webhook":
      return { ...state, webhooks: added(state.webhooks, data.id, data) };
    case "alert":
      return { ...state, alerts: [...state.alerts, data].slice(-LIMIT) };
    case "host":
    case "handsets":
    case "clock":
      return { ...state, [name]: data };
    case "lost":
      return { ...state, connected: false };
    case "read": // the texts to the number `data` have been looked at
      return { ...state, unread: new Set([...state.unread].filter((sid) => state.texts.get(sid)?.to !== data)) };
    default:
      return state;
  }
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
