/** Writes numbers and times as readable text. */

const NUMBERS = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 2 });

export const number = (value) => NUMBERS.format(value);
export const counted = (value, noun) => `${number(value)} ${noun}${value === 1 ? "" : "s"}`;
export const percent = (part, whole) => (whole ? `${NUMBERS.format((100 * part) / whole)} %` : "-");

/** Return 12:03:44 of an ISO time. All times are UTC, as in the API. */
export const time = (iso) => iso.slice(11, 19);
export const moment = (iso) => `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;

/** Write a number of seconds: 90 -> "1 min 30 s" */
export function duration(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const parts = [[Math.floor(whole / 86400), "d"], [Math.floor(whole / 3600) % 24, "h"], [Math.floor(whole / 60) % 60, "min"], [whole % 60, "s"]];
  const shown = parts.filter(([value]) => value).slice(0, 2);
  return shown.length ? shown.map(([value, unit]) => `${value} ${unit}`).join(" ") : "0 s";
}
