/* The window of "?": the shortcuts that the page offers, and the switch for those of single characters. */
import { areCharactersOff, combinations, isCharacter, offered, switchCharacters } from "./keys-offered.js";

const dialog = document.getElementById("keys");
const box = dialog.querySelector("[data-keys-switch]");
const ARROWS = { ArrowLeft: "←", ArrowRight: "→", Arrows: "← ↑ ↓ →" };
const NAMES = { ...ARROWS, Escape: dialog.dataset.escape, Delete: dialog.dataset.delete };
const isEverywhere = (element) => element.closest(".topbar");
let shown = [];

function nameOf(element) {
  return element.dataset.keyLabel ?? element.getAttribute("aria-label") ?? (element.textContent.trim() || element.title);
}

/* Keys of a grid, which no element of it stands for. Over it lies the lightbox with keys of its own. */
function listed() {
  const templates = [...document.querySelectorAll("[data-keys-more]")].filter((more) => !more.closest("[inert]"));
  return templates.flatMap(({ content }) => [...content.children]);
}

const joined = (parts, word) => parts.flatMap((part, place) => (place ? [` ${word} `, part] : [part]));

function drawn(combination) {
  const caps = combination.map((key) => {
    const cap = document.createElement("kbd");
    cap.textContent = NAMES[key] ?? (isCharacter(key) ? key.toUpperCase() : key);
    return cap;
  });
  return joined(caps, dialog.dataset.then);
}

function line(keys, name) {
  const row = document.createElement("div");
  const term = document.createElement("dt");
  const meaning = document.createElement("dd");
  term.append(...joined(keys.map(drawn), dialog.dataset.or).flat());
  meaning.textContent = name;
  row.append(term, meaning);
  return row;
}

/* Of two elements that share a key the first is the one that is pressed. */
function lines(elements) {
  const rows = new Map();
  for (const element of elements) {
    const text = element.dataset.key ?? element.dataset.keyOwn;
    const keys = combinations(text).filter((keys) => !areCharactersOff() || !keys.some(isCharacter));
    if (keys.length && text !== "?" && !rows.has(text)) rows.set(text, line(keys, nameOf(element)));
  }
  return [...rows.values()];
}

function fill() {
  const parts = [
    [dialog.querySelector("[data-keys-here]"), shown.filter((element) => !isEverywhere(element))],
    [dialog.querySelector("[data-keys-everywhere]"), shown.filter(isEverywhere)],
  ];
  for (const [part, elements] of parts) {
    const rows = lines(elements);
    part.querySelector("dl").replaceChildren(...rows);
    part.hidden = !rows.length;
  }
}

dialog.querySelector(".dialog__close").addEventListener("click", () => dialog.close());
box.addEventListener("change", () => {
  switchCharacters(box.checked);
  fill();
});

export function open() {
  if (dialog.open) return;
  box.checked = !areCharactersOff();
  shown = [...listed(), ...offered("[data-key], [data-key-own]")];
  fill();
  dialog.showModal();
}
