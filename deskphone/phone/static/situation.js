/** Describe in a sentence what a call is doing: who it is connected to, or which queue it waits in. */
import { formatNumber } from "./formats.js";
import { personOf } from "./records.js";

const list = new Intl.ListFormat("en");
const names = (numbers) => list.format(numbers.map(formatNumber));

function inConference({ name, participants }, { call_sid: own, hold, waiting, muted }) {
  const others = participants.filter(({ call_sid: sid }) => sid !== own).map(({ number }) => number);
  if (hold) return `On hold in conference ${name}`;
  if (waiting) return `Waiting for conference ${name} to start`;
  const where = others.length ? `In conference ${name} with ${names(others)}` : `Alone in conference ${name}`;
  return `${where}${muted ? ", muted" : ""}`;
}

/** Return undefined if the call is only with the app. */
export function situationOf({ calls, queues, conferences }, call) {
  const isOwn = ({ call_sid: sid }) => sid === call.sid;
  const other = calls.get(call.connected_to);
  if (other) return `Connected to ${formatNumber(personOf(other))}`;
  const dialed = [...calls.values()].filter(({ parent_sid: parent, status }) => parent === call.sid && status === "ringing");
  if (dialed.length) return `Calling ${names(dialed.map(personOf))}`;
  for (const conference of conferences.values()) {
    const own = conference.participants.find(isOwn);
    if (own && conference.status !== "completed") return inConference(conference, own);
  }
  for (const { name, members } of queues.values()) {
    const own = members.find(isOwn);
    if (own) return `Waiting in queue ${name}, position ${own.position}`;
  }
}
