/** Everything that belongs to one text or call. */
import { byTime } from "./store.js";

/** All traces, newest first: {sid, at, record, deliveries, alerts, recordings}; record is the Text or Call. */
export function tracesOf({ texts, calls, webhooks, alerts, recordings }) {
  const found = new Map();
  const trace = ({ sid, at }) => {
    if (!found.has(sid)) found.set(sid, { sid, at, deliveries: [], alerts: [], recordings: [] });
    return found.get(sid);
  };
  for (const record of [...texts.values(), ...calls.values()]) trace(record).record = record;
  for (const delivery of webhooks.values()) trace(delivery).deliveries.push(delivery);
  for (const alert of alerts.values()) trace(alert).alerts.push(alert);
  for (const recording of recordings.values()) trace({ ...recording, sid: recording.call_sid }).recordings.push(recording);
  return [...found.values()].sort((a, b) => byTime(b, a));
}

const RANKS = { event: 0, webhook: 1, verb: 2, recording: 2, alert: 3, status: 3 };

/** The timeline as steps, but for recordings, which are records of their own. It keeps its order:
    what follows at the same instant ranks no lower. */
function played(timeline) {
  let last;
  return timeline.filter(({ name }) => name !== "recording").map((item) => {
    const { kind, at } = item;
    const least = last?.at === at ? last.rank : 0;
    return (last = { kind, at, item, rank: Math.max(RANKS[kind], least) });
  });
}

/** What happened in a trace, oldest first: {kind, at (seconds), item}. */
export function stepsOf({ at, record, deliveries, alerts, recordings }) {
  const step = (kind) => (item) => ({
    kind,
    at: (Date.parse(item.at) - Date.parse(at)) / 1000,
    item,
    rank: RANKS[item.purpose] ?? RANKS[kind],
  });
  return [
    ...played(record?.timeline ?? []),
    ...deliveries.map(step("webhook")),
    ...recordings.map(step("recording")),
    ...alerts.map(step("alert")),
  ].sort((a, b) => a.at - b.at || a.rank - b.rank); // with a manual clock much happens at once
}

/** True when something went wrong. */
export const hasProblem = ({ record, deliveries, alerts }) =>
  alerts.length > 0 || ["failed", "undelivered"].includes(record?.status) || deliveries.some(({ error, status }) => error || status >= 400);
