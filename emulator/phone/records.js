/** What texts and calls mean from the side of one handset. */
import { byTime } from "./store.js";

export const isLive = (status) => ["queued", "ringing", "in-progress"].includes(status);

/** The person's own number, and the number of the functions, in a text or call. */
export const personOf = ({ direction, from, to }) => (direction === "inbound" ? from : to);
export const lineOf = ({ direction, from, to }) => (direction === "inbound" ? to : from);

const takesPart = (record, handset) =>
  personOf(record) === handset || record.legs?.some(({ number }) => number === handset);

export const isCaller = (call, handset) => call.direction === "inbound" && call.from === handset;

/** The status of a call as this handset has it: its own leg counts where there is one. */
export function statusAt(call, handset) {
  const leg = call.legs.find(({ number }) => number === handset);
  return isLive(call.status) && leg ? leg.status : call.status;
}

export const ringsAt = (call, handset) =>
  takesPart(call, handset) && !isCaller(call, handset) && statusAt(call, handset) === "ringing";

/** The newest call that this handset has to show. */
export const liveCall = (calls, handset) =>
  [...calls.values()].findLast((call) => {
    const status = statusAt(call, handset);
    const waiting = status === "queued" && !isCaller(call, handset);
    return takesPart(call, handset) && isLive(status) && !waiting;
  });

/** Seconds since the answer, by the emulator's clock. */
export function talkSeconds(call, clock) {
  const answered = call.timeline.find(({ name }) => name === "answered")?.at ?? 0;
  const last = call.timeline.at(-1)?.at ?? 0;
  if (!isLive(call.status)) return last - answered;
  const now = clock.kind === "system" ? Date.now() : Date.parse(clock.now);
  return Math.max(0, (now - Date.parse(call.at)) / 1000 - answered);
}

const records = ({ texts, calls }, handset) =>
  [...texts.values(), ...calls.values()].filter((record) => takesPart(record, handset));

/** Texts and calls of this handset with one number, oldest first. */
export const threadOf = (state, handset, peer) =>
  records(state, handset).filter((record) => lineOf(record) === peer).sort(byTime);

/** The numbers this handset has to do with, the line first, and `peer`, to whom it may write now. */
export const peersOf = (state, handset, peer) =>
  [...new Set([state.line, ...records(state, handset).map(lineOf), peer])];

export const unreadCount = ({ unread, texts }, handset) =>
  [...unread].filter((sid) => texts.get(sid)?.to === handset).length;
