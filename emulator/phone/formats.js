/** Numbers, times and addresses as people read them. */

const AMERICAN = /^\+1(\d{3})(\d{3})(\d{4})$/;
const hours = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });

/** "+12025550123" -> "(202) 555-0123"; anything else stays as it is. */
export const formatNumber = (number) => number.replace(AMERICAN, "($1) $2-$3");

/** Who a number belongs to: the functions answer the line. */
export const nameOf = (number, line) => (number === line ? "Your functions" : formatNumber(number));

export const timeOfDay = (iso) => hours.format(new Date(iso));

/** 75.2 (seconds) -> "1:15". */
export const talkTime = (seconds) =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** The function's name and the query of a webhook; the whole address when it goes elsewhere. */
export function endpoint(url, answersUrl) {
  if (!url.startsWith(`${answersUrl}/`)) return [url, ""];
  const [name, query] = url.slice(answersUrl.length + 1).split(/(?=\?)/);
  return [name, query];
}

/** Only this may become a link: texts are written by anybody. */
export const isWebAddress = (text) => /^https?:\/\/\S+$/i.test(text);
