/** The stream of events from the emulator. */
import { EVENTS } from "./store.js";

const RETRY_MS = 1000;

/** Feed events into the store; after a break a new stream begins with a snapshot. */
export function connect(store) {
  const source = new EventSource("/events");
  for (const name of EVENTS) {
    source.addEventListener(name, (event) => store.receive(name, JSON.parse(event.data)));
  }
  source.onerror = () => {
    source.close(); // a browser gives up for good after some errors
    store.receive("lost");
    setTimeout(connect, RETRY_MS, store);
  };
}
