/** Where a call is, in a sentence: with whom it is connected, or in which queue it waits. */
import { formatNumber } from "./formats.js";
import { personOf } from "./records.js";

const list = new Intl.ListFormat("en");
const names = (numbers) => list.format(numbers.map(formatNumber));

function inConference({ name, participants }, { call_sid: own, hold, waiting, muted }) {
  const others = participants.filter(({ call_sid: sid }) => sid !== own).map(({ number }) => number);
  if (hold) return `On hold in the conference ${name}`;
  if (waiting) return `Waiting for the conference ${name} to begin`;
  const where = others.length ? `In the conference ${name} with ${names(others)}` : `Alone in the conference ${name}`;
  return `${where}${muted ? ", muted" : ""}`;
}

/** undefined when the call is with the functions alone. */
export function situationOf({ calls, queues, conferences }, call) {
  const isOwn = ({ call_sid: sid }) => sid === call.sid;
  const other = calls.get(call.connected_to);
  if (other) return `Connected with ${formatNumber(personOf(other))}`;
  const dialled = [...calls.values()].filter(({ parent_sid: parent, status }) => parent === call.sid && status === "ringing");
  if (dialled.length) return `Calling ${names(dialled.map(personOf))}`;
  for (const conference of conferences.values()) {
    const own = conference.participants.find(isOwn);
    if (own && conference.status !== "completed") return inConference(conference, own);
  }
  for (const { name, members } of queues.values()) {
    const own = members.find(isOwn);
    if (own) return `Waiting in the queue ${name}, place ${own.position}`;
  }
}
