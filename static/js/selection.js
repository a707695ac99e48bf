/* Selecting photos in a grid: count, all, none, a range with Shift, a click anywhere on a photo once one is selected. */
const form = document.querySelector("form:has([data-selectable])");
const boxes = () => [...form.querySelectorAll('input[name="keys"]')];
const chosen = () => form.querySelectorAll('input[name="keys"]:checked').length;
let last = null;

function showCount() {
  const label = form.querySelector("[data-selected]");
  const count = chosen();
  const words = count === 1 ? label.dataset.one : label.dataset.many;
  label.textContent = count ? words.replace("{count}", count) : "";
}

function setAll(checked) {
  for (const box of boxes()) box.checked = checked;
  showCount();
}

function selectRange(from, to, checked) {
  const all = boxes();
  const [start, end] = [all.indexOf(from), all.indexOf(to)].sort((a, b) => a - b);
  for (const box of all.slice(Math.max(start, 0), end + 1)) box.checked = checked;
}

function onBox(box, shift) {
  if (shift && last) selectRange(last, box, box.checked);
  last = box;
  showCount();
}

function onClick(event) {
  if (event.target.matches('input[name="keys"]')) {
    onBox(event.target, event.shiftKey);
  } else if (event.target.closest("[data-select-all]")) {
    setAll(true);
  } else if (event.target.closest("[data-select-none]")) {
    setAll(false);
    form.querySelector(".photo__link")?.focus({ preventScroll: true });
  } else {
    onPhoto(event);
  }
}

function onPhoto(event) {
  const photo = event.target.closest(".photo__link")?.closest(".photo");
  if (!photo || event.ctrlKey || event.metaKey) return;
  const leads = photo.querySelector(".photo__link").href;
  if (leads && !chosen() && !event.shiftKey) return;
  const box = photo.querySelector('input[name="keys"]');
  event.preventDefault();
  box.checked = !box.checked;
  onBox(box, event.shiftKey);
}

if (form) {
  form.addEventListener("click", onClick);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (chosen()) setAll(false);
  });
  /* Coming back by the browser's history keeps the boxes checked. */
  window.addEventListener("pageshow", showCount);
}
