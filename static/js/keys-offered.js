/* Which shortcuts a page offers, and whether its reader wants single characters to be any. */
import { recall, remember } from "./memory.js";

const SWITCH = "keys";

/* The key that somebody pressed, whatever letters their keyboard has: where it has others, those of its Latin place. */
export function keyOf({ key, code, shiftKey }) {
  if (key.length !== 1) return key;
  const isOther = key > "~" && code.startsWith("Key");
  return isOther ? code.at(-1).toLowerCase() : shiftKey ? key : key.toLowerCase();
}

export const isCharacter = (key) => key.length === 1;
export const areCharactersOff = () => recall(SWITCH) === "off";
export const switchCharacters = (isOn) => remember(SWITCH, isOn ? null : "off");

/* "g l" is one key after the other, "#, Delete" is either. */
export const combinations = (keys) => keys.split(", ").map((combination) => combination.split(" "));

/* What can be reached now: not hidden, nor behind a dialog or the lightbox. */
export function offered(selector) {
  const top = document.querySelector("dialog:modal") ?? document;
  return [...top.querySelectorAll(selector)].filter(
    (element) => !element.disabled && !element.closest("[inert]") && element.checkVisibility({ visibilityProperty: true }),
  );
}
