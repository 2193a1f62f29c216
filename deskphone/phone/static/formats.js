/** Numbers, times and addresses as people read them. */

const AMERICAN = /^\+1(\d{3})(\d{3})(\d{4})$/;
const hours = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });

/** Ten digits alone are an American number, with or without its 1. */
const NATIONAL = /^1?([2-9]\d{9})$/;

/** "202 555 0123" -> "+12025550123"; undefined for what can be no phone number. */
export function international(text) {
  const number = text.replace(/[\s().-]/g, "").replace(NATIONAL, "+1$1");
  return /^\+[1-9]\d{6,14}$/.test(number) ? number : undefined;
}

/** "+12025550123" -> "(202) 555-0123"; anything else stays as it is. */
export const formatNumber = (number) => number.replace(AMERICAN, "($1) $2-$3");

/** The record of a number of the account; undefined for any other. */
export const numberOf = (number, numbers) => numbers.find((record) => record.number === number);

/** "your app" -> "Your app". */
export const capitalized = (text) => text.replace(/^./, (letter) => letter.toUpperCase());

/** Who a number belongs to: the app answers the account's numbers. */
export const nameOf = (number, { numbers, app }) => (numberOf(number, numbers) ? capitalized(app.name) : formatNumber(number));

/** A number as it is chosen from a list, with what answers its calls. */
export function entryOf(number, { numbers, app }) {
  const url = numberOf(number, numbers)?.voice_url ?? "";
  return `${formatNumber(number)} ${endpoint(url, app.answers_url)[0]}`.trim();
}

export const timeOfDay = (iso) => hours.format(new Date(iso));

/** 75.2 (seconds) -> "1:15". */
export const talkTime = (seconds) =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** The answer's name and the query of a webhook; the whole address when it goes elsewhere. */
export function endpoint(url, answersUrl) {
  if (!answersUrl || !url.startsWith(`${answersUrl}/`)) return [url, ""];
  const [name, query] = url.slice(answersUrl.length + 1).split(/(\?.*)/s);
  return [name, query];
}

/** A URL on this machine under the name that the page has: to a browser, 127.0.0.1 and localhost are two sites. */
export const sameSite = (url) => url.replace(/^(http:\/\/)(?:127\.0\.0\.1|localhost)(?=[:/]|$)/i, `$1${location.hostname}`);

/** Only this may become a link: texts are written by anybody. */
export const isWebAddress = (text) => /^https?:\/\/\S+$/i.test(text);
