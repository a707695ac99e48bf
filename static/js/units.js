/* Numbers for people, in the language of the page. */
const language = document.documentElement.lang;
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

function inUnit(value, unit, digits) {
  const unitDisplay = unit === "byte" ? "long" : "short";
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay, maximumFractionDigits: digits }).format(value);
}

export function sizeText(bytes) {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1024)));
  return inUnit(bytes / 1024 ** power, UNITS[power], power > 1 ? 1 : 0);
}

export function speedText(bytesPerSecond) {
  return inUnit(bytesPerSecond / 1024 ** 2, "megabyte-per-second", bytesPerSecond < 1024 ** 2 ? 2 : 1);
}

export function timeText(seconds) {
  if (seconds < 60) return inUnit(Math.ceil(seconds), "second", 0);
  if (seconds < 3600) return inUnit(Math.ceil(seconds / 60), "minute", 0);
  return inUnit(seconds / 3600, "hour", 1);
}
