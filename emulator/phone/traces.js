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

const rank = ({ kind, item }) => (item.purpose === "status" ? 3 : { event: 0, webhook: 1, verb: 2, alert: 3 }[kind]);

/** What happened in a trace, oldest first: {kind, at (seconds), item}. */
export function stepsOf({ at, record, deliveries, alerts }) {
  const step = (kind, item) => ({ kind, at: (Date.parse(item.at) - Date.parse(at)) / 1000, item });
  return [
    ...(record?.timeline ?? []).map((item) => ({ kind: item.kind, at: item.at, item })),
    ...deliveries.map((item) => step("webhook", item)),
    ...alerts.map((item) => step("alert", item)),
  ].sort((a, b) => a.at - b.at || rank(a) - rank(b)); // with a manual clock much happens at once
}

/** True when something went wrong. */
export const hasProblem = ({ record, deliveries, alerts }) =>
  alerts.length > 0 || ["failed", "undelivered"].includes(record?.status) || deliveries.some(({ error, status }) => error || status >= 400);
