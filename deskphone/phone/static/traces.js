/** Collect everything that belongs to one text or call. */
import { byTime } from "./store.js";

/** Return all traces, newest first: {sid, at, record, webhooks, alerts, recordings}; record is the text or call. */
export function tracesOf({ texts, calls, webhooks, alerts, recordings }) {
  const found = new Map();
  const trace = ({ sid, at }) => {
    if (!found.has(sid)) found.set(sid, { sid, at, webhooks: [], alerts: [], recordings: [] });
    return found.get(sid);
  };
  for (const record of [...texts.values(), ...calls.values()]) trace(record).record = record;
  for (const webhook of webhooks.values()) trace(webhook).webhooks.push(webhook);
  for (const alert of alerts.values()) trace(alert).alerts.push(alert);
  for (const recording of recordings.values()) trace({ ...recording, sid: recording.call_sid }).recordings.push(recording);
  return [...found.values()].sort((a, b) => byTime(b, a));
}

const RANKS = { event: 0, webhook: 1, verb: 2, recording: 2, alert: 3, status: 3 };

/** Return the state of a call that a status webhook reports, in the words of the timeline. */
const reported = ({ purpose, form }) =>
  purpose === "status" && form.find(([field]) => field === "CallStatus")?.[1].replace("in-progress", "answered");

/** Return the timeline as steps, without recordings and states in `shown`, which have their own steps. It
    keeps its order: an entry never ranks below an earlier one at the same instant. */
function timelineSteps(timeline, shown) {
  let last;
  return timeline.filter(({ kind, name }) => name !== "recording" && !(kind === "event" && shown.has(name))).map((item) => {
    const { kind, at } = item;
    const least = last?.at === at ? last.rank : 0;
    return (last = { kind, at, item, rank: Math.max(RANKS[kind], least) });
  });
}

/** Return what happened in a trace, oldest first: {kind, at (seconds), item}. */
export function stepsOf({ at, record, webhooks, alerts, recordings }) {
  const step = (kind) => (item) => ({
    kind,
    at: (Date.parse(item.at) - Date.parse(at)) / 1000,
    item,
    rank: RANKS[item.purpose] ?? RANKS[kind],
  });
  return [
    ...timelineSteps(record?.timeline ?? [], new Set(webhooks.map(reported))),
    ...webhooks.map(step("webhook")),
    ...recordings.map(step("recording")),
    ...alerts.map(step("alert")),
  ].sort((a, b) => a.at - b.at || a.rank - b.rank); // on a manual clock, many things happen at once
}

/** Whether something went wrong. */
export const hasProblem = ({ record, webhooks, alerts }) =>
  alerts.length > 0 || ["failed", "undelivered"].includes(record?.status) || webhooks.some(({ error, status }) => error || status >= 400);
