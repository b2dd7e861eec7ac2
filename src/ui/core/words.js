// What the page says, in the reader's language: a file of words for each, numbers and times by Intl.
import { de } from "./de.js";
import { en } from "./en.js";

const languages = { en, de };
const stored = localStorage.getItem("docket.language");

export const language = stored in languages
  ? stored : navigator.languages.map((one) => one.slice(0, 2)).find((one) => one in languages) ?? "en";

const words = languages[language];
const plural = new Intl.PluralRules(language);
// Numbers and dates as in the reader's own country, if its language is this one.
const region = navigator.languages.find((one) => one.startsWith(language)) ?? language;
const number_format = new Intl.NumberFormat(region);
const date_format = new Intl.DateTimeFormat(region, { dateStyle: "medium", timeStyle: "short" });

export const names_of_languages = { en: "English", de: "Deutsch" };

export function choose_language(name) {
  localStorage.setItem("docket.language", name);
  location.reload();
}

/** The words for `key` with `{name}` replaced; where `count` is given, those for that number: key_one, key_other. */
export function t(key, values = {}) {
  const by_number = "count" in values ? `${key}_${plural.select(values.count)}` : key;
  const text = words[by_number] ?? words[`${key}_other`] ?? words[key];
  if (text === undefined) {
    throw new Error(`no words for ${key}`);
  }
  return text.replace(/\{(\w+)\}/g, (_, name) =>
    typeof values[name] === "number" ? number_format.format(values[name]) : String(values[name] ?? ""));
}

export const number = (value) => number_format.format(value);
export const date = (iso) => date_format.format(new Date(iso));

/** Bytes as people read them. */
export function size(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const at = Math.min(bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3), units.length - 1);
  return new Intl.NumberFormat(region, { style: "unit", unit: units[at], unitDisplay: "short",
                                           maximumFractionDigits: at > 1 ? 1 : 0 }).format(bytes / 1000 ** at);
}

/** Seconds as people read them. */
export function duration(seconds) {
  const [unit, value] = seconds < 90 ? ["second", seconds] : seconds < 5400 ? ["minute", seconds / 60]
    : ["hour", seconds / 3600];
  return new Intl.NumberFormat(region, { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 })
    .format(Math.max(1, Math.round(value)));
}

/** Puts words into all elements below that name them: data-t their text, data-t-label their aria-label. */
export function fill(below) {
  for (const element of below.querySelectorAll("[data-t]")) {
    element.textContent = t(element.dataset.t);
  }
  for (const element of below.querySelectorAll("[data-t-label]")) {
    element.setAttribute("aria-label", t(element.dataset.tLabel));
  }
}
