/* Shortcuts: data-key names the keys that follow, press or focus its element; "?" shows them all. */
import { areCharactersOff, combinations, isCharacter, keyOf, offered } from "./keys-offered.js";

const PATIENCE_MS = 1500;
const TYPING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";
const OVER_THE_PAGE = ["dialog[open]", ...("popover" in HTMLElement.prototype ? [":popover-open"] : [])].join();

let pressed = [];
let timer = 0;

/* The element whose keys these are, or whether they begin the keys of one. */
function find(keys) {
  let begun = false;
  for (const element of offered("[data-key]")) {
    for (const combination of combinations(element.dataset.key)) {
      if (keys.some((key, place) => combination[place] !== key)) continue;
      if (combination.length === keys.length) return { element };
      begun = true;
    }
  }
  return { begun };
}

/* Without a network there may be no window to open. */
const showAll = () => import("./keys-dialog.js").then(({ open }) => open()).catch(() => {});

function act(element) {
  element.focus({ preventScroll: true });
  if (element.matches("input")) element.select();
  else element.click();
}

function isForUs(event) {
  if (event.defaultPrevented || event.repeat || event.isComposing) return false;
  /* On some keyboards "#" needs AltGr, which Windows tells as Ctrl and Alt. */
  const isHeld = (event.altKey || event.ctrlKey) && !event.getModifierState("AltGraph");
  if (isHeld || event.metaKey || event.target.closest?.(TYPING)) return false;
  if (isCharacter(event.key)) return !areCharactersOff();
  /* Shift and an arrow mark text, and Esc closes first what lies over the page. */
  return !event.shiftKey && !(event.key === "Escape" && document.querySelector(OVER_THE_PAGE));
}

function onKey(event) {
  if (!isForUs(event)) return;
  clearTimeout(timer);
  const key = keyOf(event);
  let found = find([...pressed, key]);
  if (pressed.length && !found.element && !found.begun) {
    pressed = [];
    found = find([key]);
  }
  pressed = found.begun ? [...pressed, key] : [];
  timer = setTimeout(() => (pressed = []), PATIENCE_MS);
  if (found.element) act(found.element);
  else if (key === "?" && !document.querySelector("dialog:modal")) showAll();
  else return;
  event.preventDefault();
}

document.addEventListener("keydown", onKey);
document.addEventListener("click", (event) => event.target.closest('[data-key="?"]') && showAll());
