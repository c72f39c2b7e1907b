// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What voters read, in their language. English stands in the modules; the other languages in texts/<language>.js, which
 * `make messages` writes from locale/. No text holds markup.
 */

/** @typedef {{messages: Readonly<Record<string, string | readonly string[]>>}} Catalogue English → translation(s) */
/** @typedef {Readonly<Record<string, string | number>>} Values */

const ENGLISH = "en";
const LANGUAGES = ["es", "fr", "de", "ar"];
const RIGHT_TO_LEFT = ["ar"];
/** The order of a catalogue's plural forms: that of CLDR. @type {Readonly<Record<string, readonly string[]>>} */
const FORMS = { ar: ["zero", "one", "two", "few", "many", "other"] };
const TWO_FORMS = ["one", "other"];
const DIGITS = { numberingSystem: "latn" };
const [ISOLATE, END] = ["\u2068", "\u2069"]; // UAX #9: whatever its own direction is

/** @type {Readonly<Record<string, string | readonly string[]>>} */
let messages = {};
let current = ENGLISH;

/**
 * @param {string} wanted a language tag; English if it is not known
 * @returns {Promise<void>}
 */
export async function loadTexts(wanted) {
  const found = LANGUAGES.includes(wanted) ? wanted : ENGLISH;
  /** @type {Catalogue} */ // eslint-disable-next-line no-unsanitized/method -- one of LANGUAGES
  const catalogue = found === ENGLISH ? { messages: {} } : await import(`./texts/${found}.js`);
  [messages, current] = [catalogue.messages, found];
}

/** @returns {string} the language that is spoken */
export function language() {
  return current;
}

/** @returns {"rtl" | "ltr"} */
export function direction() {
  return RIGHT_TO_LEFT.includes(current) ? "rtl" : "ltr";
}

/**
 * @param {string} english with %(name)s for each value
 * @param {Values} [values]
 * @returns {string}
 */
export function say(english, values = {}) {
  const found = own(english);
  return fill(typeof found === "string" ? found : english, values);
}

/**
 * @param {string} one what is said of one
 * @param {string} many what is said of any other number
 * @param {number} count is %(count)s
 * @param {Values} [values]
 * @returns {string}
 */
export function sayMany(one, many, count, values = {}) {
  const found = own(one);
  const forms = Array.isArray(found) ? found : [one, many];
  const order = (Array.isArray(found) && FORMS[current]) || TWO_FORMS;
  const place = order.indexOf(new Intl.PluralRules(current).select(count));
  return fill(forms[place < 0 ? forms.length - 1 : place], { ...values, count });
}

/**
 * @param {number} number
 * @returns {string} with the language's grouping; the digits are always those that codes have
 */
export function sayNumber(number) {
  return new Intl.NumberFormat(current, DIGITS).format(number);
}

/**
 * @param {number} time milliseconds since 1970
 * @returns {string} date and time of day, UTC
 */
export function sayTime(time) {
  return new Intl.DateTimeFormat(current, { ...DIGITS, dateStyle: "long", timeStyle: "short", timeZone: "UTC" }).format(time);
}

/** @param {string} english */
function own(english) {
  return Object.hasOwn(messages, english) ? messages[english] : undefined;
}

/**
 * @param {string} text
 * @param {Values} values
 */
function fill(text, values) {
  return text.replaceAll(/%\(([a-z]+)\)s/g, (whole, name) => {
    if (!Object.hasOwn(values, name)) return whole;
    const value = values[name];
    if (typeof value === "number") return sayNumber(value);
    return direction() === "rtl" ? ISOLATE + value + END : value;
  });
}
