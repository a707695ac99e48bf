/* Fingers in a grid: a long press begins to select, dragging on takes in a range; anything quicker scrolls or taps. */
const PRESS_MS = 450;
const SLOP_PX = 10;
const EDGE_PX = 90;
const SCROLL_PX = 12;

export function listenToTouch(form, selection) {
  let press = null;
  let isDragging = false;
  let swallows = false;

  function begin() {
    clearTimeout(press.timer);
    isDragging = swallows = true;
    selection.put(press.box, true);
    navigator.vibrate?.(10);
    requestAnimationFrame(scroll);
  }

  function end() {
    clearTimeout(press?.timer);
    press = null;
    isDragging = false;
  }

  function over() {
    const box = selection.boxAt(document.elementFromPoint(press.x, press.y));
    if (box && form.contains(box) && box !== selection.last()) selection.extendTo(box);
  }

  /* Near the upper and lower edge the page moves on by itself. */
  function scroll() {
    if (!isDragging) return;
    const step = press.y < EDGE_PX ? -SCROLL_PX : press.y > innerHeight - EDGE_PX ? SCROLL_PX : 0;
    if (step && press.hasMoved) {
      scrollBy({ top: step, behavior: "instant" });
      over();
    }
    requestAnimationFrame(scroll);
  }

  form.addEventListener("pointerdown", (event) => {
    swallows = false;
    end();
    if (event.pointerType === "mouse" || !event.isPrimary || !event.target.closest(".photo__link")) return;
    const box = selection.boxAt(event.target);
    if (box) press = { box, x: event.clientX, y: event.clientY, hasMoved: false, timer: setTimeout(begin, PRESS_MS) };
  });
  form.addEventListener("pointermove", (event) => {
    if (!press || event.pointerType === "mouse") return;
    const isFar = Math.hypot(event.clientX - press.x, event.clientY - press.y) > SLOP_PX;
    if (!isDragging) return isFar ? end() : undefined;
    press.hasMoved ||= isFar;
    Object.assign(press, press.hasMoved && { x: event.clientX, y: event.clientY });
    if (press.hasMoved) over();
  });
  for (const type of ["pointerup", "pointercancel"]) form.addEventListener(type, end);

  /* The finger that selects doesn't scroll, nor does the link under it open, drag or show its menu. */
  form.addEventListener("touchmove", (event) => isDragging && event.preventDefault(), { passive: false });
  form.addEventListener("dragstart", (event) => press && event.preventDefault(), { capture: true });
  form.addEventListener("contextmenu", (event) => {
    if (!press) return;
    event.preventDefault();
    if (!isDragging) begin();
  });
  form.addEventListener(
    "click",
    (event) => {
      if (!swallows) return;
      swallows = false;
      event.preventDefault();
    },
    { capture: true },
  );
}
