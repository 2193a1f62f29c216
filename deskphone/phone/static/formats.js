/** Format numbers, times and URLs for people. */

const AMERICAN = /^\+1(\d{3})(\d{3})(\d{4})$/;
const hours = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });

/** An American number without +, with or without its leading 1. */
const NATIONAL = /^1?([2-9]\d{9})$/;

/** "202 555 0123" -> "+12025550123"; undefined if it can't be a phone number. */
export function international(text) {
  const number = text.replace(/[\s().-]/g, "").replace(NATIONAL, "+1$1");
  return /^\+[1-9]\d{6,14}$/.test(number) ? number : undefined;
}

/** "+12025550123" -> "(202) 555-0123"; anything else is unchanged. */
export const formatNumber = (number) => number.replace(AMERICAN, "($1) $2-$3");

/** Whether this is the address of a client, such as "client:alice", which isn't a phone. */
export const isClient = (address) => address.startsWith("client:");

/** Return the record of one of the account's numbers; undefined for any other number. */
export const numberOf = (number, numbers) => numbers.find((record) => record.number === number);

/** "your app" -> "Your app". */
export const capitalized = (text) => text.replace(/^./, (letter) => letter.toUpperCase());

/** Return the name of a handset's person, or its number. */
export const personOf = (number, { people }) => people?.[number] || formatNumber(number);

/** Return the app's name for the account's numbers, and the number itself for all others. */
export const nameOf = (number, { numbers, app }) => (numberOf(number, numbers) ? capitalized(app.name) : formatNumber(number));

/** A number as shown in a list, with the URL that handles its calls. */
export function entryOf(number, { numbers, app }) {
  const url = numberOf(number, numbers)?.voice_url ?? "";
  return `${formatNumber(number)} ${endpoint(url, app.answers_url)[0]}`.trim();
}

export const timeOfDay = (iso) => hours.format(new Date(iso));

/** 75.2 (seconds) -> "1:15". */
export const talkTime = (seconds) =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** Split a webhook's URL into endpoint and query; for URLs outside the app, return the whole URL. */
export function endpoint(url, answersUrl) {
  if (!answersUrl || !url.startsWith(`${answersUrl}/`)) return [url, ""];
  const [name, query] = url.slice(answersUrl.length + 1).split(/(\?.*)/s);
  return [name, query];
}

/** Rewrite a local URL to use the page's host name: browsers treat 127.0.0.1 and localhost as two sites. */
export const sameSite = (url) => url.replace(/^(http:\/\/)(?:127\.0\.0\.1|localhost)(?=[:/]|$)/i, `$1${location.hostname}`);

/** Whether to show this as a link. Texts are untrusted, so only http(s) URLs are. */
export const isWebAddress = (text) => /^https?:\/\/\S+$/i.test(text);
