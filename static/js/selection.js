/* Selecting photos in the grids of a form: one, ranges, all, none; once one is selected a click selects the others. */
import { listenToKeys } from "./selection-keys.js";
import { listenToTouch } from "./selection-touch.js";

const BOX = 'input[type="checkbox"][name="keys"]';
const QUIET_MS = 400;

/* What is selected, whoever changes it: `anchor` is where a range begins, `head` where it ends for now. */
function selectionOf(form, changed) {
  let anchor = null;
  let head = null;
  let before = new Set();
  const boxes = () => [...form.querySelectorAll(BOX)];
  const chosen = () => boxes().filter((box) => box.checked);

  const put = (box, checked) => {
    box.checked = checked;
    anchor = head = box;
    before = new Set(chosen());
    changed();
  };
  /* What an earlier end of the range took in goes back to what it was. */
  const extendTo = (box) => {
    if (!anchor?.isConnected) return put(box, true);
    head = box;
    const all = boxes();
    const [start, end] = [all.indexOf(anchor), all.indexOf(box)].sort((a, b) => a - b);
    for (const [number, other] of all.entries()) {
      other.checked = number >= start && number <= end ? anchor.checked : before.has(other);
    }
    changed();
  };
  const setAll = (checked) => {
    for (const box of boxes()) box.checked = checked;
    anchor = null;
    changed();
  };
  return {
    boxes,
    chosen,
    put,
    extendTo,
    setAll,
    boxAt: (element) => element?.closest?.(".photo")?.querySelector(BOX) ?? null,
    last: () => head,
  };
}

function counter(form) {
  const label = form.querySelector("[data-selected]");
  if (!label) return () => {};
  const words = JSON.parse(label.dataset.words);
  const rules = new Intl.PluralRules(document.documentElement.lang);
  const region = document.createElement("p");
  region.className = "visually-hidden";
  region.role = "status";
  form.append(region);
  let timer = 0;
  return ({ boxes, chosen }, { aloud = true } = {}) => {
    const [all, count] = [boxes().length, chosen().length];
    const isPart = count === all && form.querySelector('[rel="next"], [rel="prev"]');
    const forms = isPart ? words.part : words.all;
    const text = count ? forms[rules.select(count)].replace("{count}", count) : label.dataset.none;
    label.textContent = text;
    clearTimeout(timer);
    if (aloud) timer = setTimeout(() => (region.textContent = text), QUIET_MS);
  };
}

function listen(form) {
  const show = counter(form);
  const selection = selectionOf(form, () => show(selection));
  const hasBar = form.querySelector(".selection-bar") !== null;

  const focusPhoto = (box) => (box?.closest(".photo")?.querySelector(".photo__link[href]") ?? box)?.focus({ preventScroll: true });
  /* The bar goes, with what has the focus in it. */
  const selectNone = () => {
    const held = form.querySelector(".selection-bar")?.contains(document.activeElement);
    selection.setAll(false);
    const shown = selection.boxes().filter((box) => box.closest(".photo"));
    if (held) focusPhoto(shown.find((box) => box === selection.last()) ?? shown[0]);
  };
  const onPhoto = (event) => {
    const link = event.target.closest(".photo__link");
    const box = selection.boxAt(link);
    if (!box || !hasBar || event.ctrlKey || event.metaKey) return;
    if (link.href && !selection.chosen().length && !event.shiftKey) return;
    event.preventDefault();
    if (event.shiftKey) selection.extendTo(box);
    else selection.put(box, !box.checked);
  };
  form.addEventListener("click", (event) => {
    const { target } = event;
    if (event.defaultPrevented) return;
    if (target.matches(BOX)) {
      if (event.shiftKey) selection.extendTo(target);
      else selection.put(target, target.checked);
    } else if (target.closest("[data-select-all]")) {
      selection.setAll(true);
    } else if (target.closest("[data-select-none]")) {
      selectNone();
    } else {
      onPhoto(event);
    }
  });
  listenToKeys(form, selection);
  if (!hasBar) return;
  listenToTouch(form, selection);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open], .pswp")) return;
    if (selection.chosen().length) selectNone();
  });
  /* Coming back by the browser's history keeps the boxes checked. */
  window.addEventListener("pageshow", () => show(selection, { aloud: false }));
  form.addEventListener("htmx:afterSettle", () => show(selection, { aloud: false }));
}

for (const form of document.querySelectorAll(`form:has(${BOX})`)) listen(form);
