/** Count the segments of a text. */

const BASIC = /[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ -#¤%-?¡A-ZÄÖÑÜ§¿a-zäöñüà]/;
const EXTENDED = /[\f^{}\\[~\]|€]/; // two units each

/** Return {units, segments}: GSM-7 if it has every character, otherwise UCS-2. */
export function segmentsOf(body) {
  const characters = [...body];
  const gsm = characters.every((one) => BASIC.test(one) || EXTENDED.test(one));
  const [alone, joined] = gsm ? [160, 153] : [70, 67];
  const widths = characters.map((one) => (gsm ? 1 + EXTENDED.test(one) : one.length));
  const units = widths.reduce((sum, width) => sum + width, 0);
  let [segments, room] = [1, units <= alone ? alone : joined];
  for (const width of widths) {
    if (width > room) [segments, room] = [segments + 1, joined]; // a character is never split
    room -= width;
  }
  return { units, segments };
}
