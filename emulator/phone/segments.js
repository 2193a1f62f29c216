/** How many segments a text takes. */

const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const EXTENDED = new Set("\f^{}\\[~]|€"); // two units each

/** {units, segments}: GSM-7 where every character is in it, otherwise UCS-2. */
export function segmentsOf(body) {
  const characters = [...body];
  const gsm = characters.every((one) => BASIC.has(one) || EXTENDED.has(one));
  const units = gsm ? characters.reduce((sum, one) => sum + (EXTENDED.has(one) ? 2 : 1), 0) : body.length;
  const [single, joined] = gsm ? [160, 153] : [70, 67];
  return { units, segments: units <= single ? 1 : Math.ceil(units / joined) };
}
