/** Text: names from data made safe to read, and numbers with sensible digits. */

/** Control characters and those that steer the direction of text: C0, C1, line and paragraph separators, bidi marks. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const ESCAPES = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** A name as it is shown: what would be invisible or turn other text around is written as an escape. */
export function clean(name) {
  const text = String(name).replace(CONTROLS, (sign) =>
    ESCAPES[sign] ?? `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return text.trim() === "" ? "(no name)" : text;
}

/** A clean name of at most `limit` signs, for places of one line. */
export function brief(name, limit = 60) {
  const signs = Array.from(clean(name));
  return signs.length <= limit ? signs.join("") : `${signs.slice(0, limit - 1).join("")}…`;
}

/** A name that stands within a sentence where there is no element to isolate it: U+2068 … U+2069. */
export function isolated(name, limit = 60) {
  return `\u2068${brief(name, limit)}\u2069`;
}

/** `digits` significant digits, no exponent for usual sizes, a true minus sign; a dash where there is no number. */
export function number(value, digits = 3) {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e7) return value.toExponential(digits - 1).replace("-", "−");
  const places = Math.min(8, Math.max(0, digits - 1 - Math.floor(Math.log10(size))));
  return value.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places }).replace("-",
    "−");
}

/** A whole number with thousands separated. */
export function whole(value) {
  return Number.isFinite(value) ? value.toLocaleString("en-US", { maximumFractionDigits: 0 }) : "–";
}

/** A mean with its standard error, both to the error's second digit: 0.0312 ± 0.0085. */
export function plusMinus(mean, error) {
  if (!Number.isFinite(mean)) return "–";
  if (!Number.isFinite(error) || error <= 0) return `${signed(mean)} ± unknown`;
  const places = Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(error))));
  return `${mean > 0 ? "+" : mean < 0 ? "−" : ""}${Math.abs(mean).toFixed(places)} ± ${error.toFixed(places)}`;
}

/** A number with its sign. */
export function signed(value, digits = 3) {
  return value > 0 ? `+${number(value, digits)}` : number(value, digits);
}

/** A share of 1 in percent. */
export function percent(share) {
  if (!Number.isFinite(share)) return "–";
  const value = share * 100;
  return `${value !== 0 && value < 1 ? value.toFixed(1) : value.toFixed(0)} %`;
}

/** "1 sample", "2 samples". */
export function plural(count, one, many = `${one}s`) {
  return `${whole(count)} ${count === 1 ? one : many}`;
}
