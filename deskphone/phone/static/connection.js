/** The emulator's event stream. */
import { EVENTS } from "./store.js";

const RETRY_MS = 1000;

/** Feed events into the store; after a disconnect, a new stream starts with a snapshot. */
export function connect(store) {
  const source = new EventSource("/events");
  for (const name of EVENTS) {
    source.addEventListener(name, (event) => store.receive(name, JSON.parse(event.data)));
  }
  source.onerror = () => {
    source.close(); // after some errors, browsers stop retrying for good
    store.receive("lost");
    setTimeout(connect, RETRY_MS, store);
  };
}
