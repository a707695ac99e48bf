/* The keyboard in a grid: arrows go from photo to photo, with Shift they select; x and Space select one, Ctrl+A all. */
import { areCharactersOff, isCharacter, keyOf } from "./keys-offered.js";

const middleOf = ({ left, right }) => (left + right) / 2;
const placeOf = (box) => box.closest(".photo").getBoundingClientRect();

/* The photo of the next or previous row that is nearest to `x`. */
function beyondRow(boxes, index, step, x) {
  const here = placeOf(boxes[index]);
  let row = null;
  let best = null;
  for (let number = index + step; boxes[number]; number += step) {
    const there = placeOf(boxes[number]);
    const isBeyond = step > 0 ? there.top > here.bottom - 1 : there.bottom < here.top + 1;
    if (!row && !isBeyond) continue;
    row ??= there;
    if (there.top >= row.bottom || there.bottom <= row.top) break;
    const distance = Math.abs(middleOf(there) - x);
    if (!best || distance < best.distance) best = { box: boxes[number], distance };
  }
  return best?.box;
}

export function listenToKeys(form, selection) {
  let column = null;

  function target(key, box) {
    const boxes = selection.boxes().filter((other) => other.closest(".photo"));
    const index = boxes.indexOf(box);
    const forward = getComputedStyle(form).direction === "rtl" ? -1 : 1;
    const beside = { ArrowLeft: index - forward, ArrowRight: index + forward, Home: 0, End: boxes.length - 1 }[key];
    const step = { ArrowUp: -1, ArrowDown: 1 }[key];
    if (!step) {
      column = null;
      return boxes[beside];
    }
    column ??= middleOf(placeOf(box));
    return beyondRow(boxes, index, step, column);
  }

  function moveTo(next, box, shift) {
    if (shift) {
      if (selection.last() !== box || !box.checked) selection.put(box, true);
      selection.extendTo(next);
    }
    (next.closest(".photo").querySelector(".photo__link[href]") ?? next).focus();
  }

  form.addEventListener("keydown", (event) => {
    const box = event.target.matches(".photo__link, .photo__check *") ? selection.boxAt(event.target) : null;
    if (!box || event.altKey) return;
    const key = isCharacter(event.key) ? keyOf(event).toLowerCase() : event.key;
    if (event.ctrlKey || event.metaKey) {
      if (key !== "a") return;
      selection.setAll(true);
    } else if ((key === "x" && !areCharactersOff()) || (key === " " && event.target !== box)) {
      if (event.shiftKey) selection.extendTo(box);
      else selection.put(box, !box.checked);
    } else {
      const next = target(key, box);
      if (!next) return;
      moveTo(next, box, event.shiftKey);
    }
    event.preventDefault();
  });
}
