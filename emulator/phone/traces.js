/** Everything that belongs to one text or call. */
import { byTime } from "./store.js";

/** All traces, newest first: {sid, at, record, deliveries, alerts}; record is the Text or Call. */
export function tracesOf({ texts, calls, webhooks, alerts }) {
  const found = new Map();
  const trace = ({ sid, at }) => {
    if (!found.has(sid)) found.set(sid, { sid, at, deliveries: [], alerts: [] });
    return found.get(sid);
  };
  for (const record of [...texts.values(), ...calls.values()]) trace(record).record = record;
  for (const delivery of webhooks.values()) trace(delivery).deliveries.push(delivery);
  for (const alert of alerts) trace(alert).alerts.push(alert);
  return [...found.values()].sort((a, b) => byTime(b, a));
}

/**
 * What happened in a trace, oldest first: {kind, at (seconds), item}. With a manual clock much
 * happens at once: then come instructions, what they did, reports and alerts.
 */
export function stepsOf({ at, record, deliveries, alerts }) {
  const since = (item) => (Date.parse(item.at) - Date.parse(at)) / 1000;
  const step = (kind, at, rank, item) => ({ kind, at, rank, item });
  return [
    ...deliveries.map((item) => step("webhook", since(item), item.purpose === "status" ? 2 : 0, item)),
    ...(record?.timeline ?? []).map((item) => step(item.kind, item.at, 1, item)),
    ...alerts.map((item) => step("alert", since(item), 2, item)),
  ].sort((a, b) => a.at - b.at || a.rank - b.rank);
}

export const isBad = (record) => ["failed", "undelivered"].includes(record?.status);

/** True when something went wrong. */
export const hasProblem = ({ record, deliveries, alerts }) =>
  alerts.length > 0 || isBad(record) || deliveries.some(({ error, status }) => error || status >= 400);
