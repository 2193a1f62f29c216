/** Texts and calls from the point of view of one handset. */
import { byTime, isLost } from "./store.js";

export const isLive = (status) => ["queued", "ringing", "in-progress"].includes(status);

/** The person's own number, and the number at the other end, of a text or call. */
export const personOf = ({ direction, from, to }) => (direction === "inbound" ? from : to);
export const lineOf = ({ direction, from, to }) => (direction === "inbound" ? to : from);

export const isCaller = ({ direction }) => direction === "inbound";

export const ringsAt = (call, handset) =>
  personOf(call) === handset && !isCaller(call) && call.status === "ringing";

/** The newest call to show on this handset. */
export const liveCall = (calls, handset) =>
  [...calls.values()].findLast(
    (call) => personOf(call) === handset && isLive(call.status) && (isCaller(call) || call.status !== "queued"),
  );

/** Seconds since a time (ISO 8601) on the emulator's clock. */
export const secondsSince = (time, clock) =>
  Math.max(0, ((clock.kind === "system" ? Date.now() : Date.parse(clock.now)) - Date.parse(time)) / 1000);

/** Seconds since the call was answered, or from then to its end. */
export function talkSeconds(call, clock) {
  const answered = call.timeline.find(({ name }) => name === "answered")?.at ?? 0;
  if (!isLive(call.status)) return (call.timeline.at(-1)?.at ?? 0) - answered;
  return Math.max(0, secondsSince(call.at, clock) - answered);
}

/** The inspector shows lost texts; a phone can't. */
const records = ({ texts, calls }, handset) =>
  [...[...texts.values()].filter((text) => !isLost(text)), ...calls.values()].filter((record) => personOf(record) === handset);

/** Texts and calls between this handset and one number, oldest first. */
export const threadOf = (state, handset, peer) =>
  records(state, handset).filter((record) => lineOf(record) === peer).sort(byTime);

/** The account's numbers, those that this handset has talked to, and `peer`, the open conversation. */
export const peersOf = (state, handset, peer) =>
  [...new Set([state.line, ...state.numbers.map(({ number }) => number), ...records(state, handset).map(lineOf), peer])];

export const unreadCount = ({ unread, texts }, handset) =>
  [...unread].filter((sid) => texts.get(sid)?.to === handset).length;
