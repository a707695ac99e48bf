/* A list of photos without an end: pages come before they are needed, and what is far away makes room for them. */
import { showComing } from "./grid-coming.js";
import { comeBack, comingBack, notePlace, returnToPlace } from "./grid-place.js";
import { shelveFar, unshelveAll } from "./grid-shelf.js";
import { keeping } from "./grid-sight.js";
import { tellServer } from "./memory.js";

const REST_MS = 150;
const MOVING_MS = 600;
let swap = null;
let lastTop = scrollY;
let lastWidth = innerWidth;

const more = (side) => document.querySelector(`[data-more=${side}] a`);
const listIn = (part) => (part.matches(".photo-grid") ? part : part.querySelector(".photo-grid:last-of-type"));
const isOpen = () => document.querySelector(".pswp");

/* A day, or a list without days, goes on from one page to the next. */
const goesOn = (first, second) =>
  [first, second].every((part) => part?.matches(".day, .photo-grid")) && first.dataset.day === second.dataset.day;

function append(first, second) {
  if (!goesOn(first, second)) return;
  listIn(first).append(...listIn(second).children);
  second.remove();
}

/* Rows that are in sight stay as they are: what comes before them ends with a row of its own. */
function prepend(first, second) {
  if (first?.matches(".day")) second.before(Object.assign(document.createElement("div"), { className: "photo-break" }));
  if (!goesOn(first, second)) return;
  if (first.matches(".day")) second.querySelector(".photo-grid").before(listIn(first));
  else second.prepend(...first.children);
  first.remove();
}

function arrive({ url, before, after }) {
  const first = before ? before.nextElementSibling : document.querySelector("[data-photos] > :not([data-more])");
  const photo = first.matches("[data-more]") ? null : first.querySelector(".photo");
  if (photo) photo.dataset.page = url;
  if (before) append(before, first);
  else if (after) prepend(after.previousElementSibling, after);
  showComing();
  observeEnd();
  /* What htmx tells the part that went into the list before it nobody hears. */
  document.querySelector("[data-photos]").dispatchEvent(new CustomEvent("htmx:afterSettle", { bubbles: true }));
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!detail.shouldSwap || !detail.target.matches(".photo-more")) return;
  const isNext = detail.target.dataset.more === "next";
  const { previousElementSibling: before, nextElementSibling: after } = detail.target;
  swap = { url: detail.pathInfo.requestPath, before: isNext ? before : null, after: isNext ? null : after };
  swap.keep = comingBack() ?? keeping();
});
document.addEventListener("htmx:afterSwap", () => {
  if (!swap) return;
  const arrived = swap;
  swap = null;
  arrive(arrived);
  arrived.keep();
  settle();
});

const nearEnd = new IntersectionObserver(
  (entries) => entries.some((entry) => entry.isIntersecting) && window.htmx?.trigger(entries[0].target, "revealed"),
  { rootMargin: "0px 0px 250% 0px" },
);

function observeEnd() {
  nearEnd.disconnect();
  if (more("next")) nearEnd.observe(more("next"));
}

/* When nothing moves any more; while one scrolls on and on, room is made now and then. */
let resting = 0;
let shelvedAt = 0;

function shelve() {
  shelvedAt = performance.now();
  shelveFar();
}

function settle() {
  clearTimeout(resting);
  resting = setTimeout(() => {
    if (isOpen()) return;
    shelve();
    notePlace();
  }, REST_MS);
  if (performance.now() - shelvedAt > MOVING_MS && !isOpen()) shelve();
}

function wantPrevious() {
  const previous = more("prev");
  const isNear = previous && previous.getBoundingClientRect().bottom > -innerHeight;
  if (isNear && !isOpen()) window.htmx?.trigger(previous, "wanted");
}

function onScroll() {
  if (scrollY < lastTop) wantPrevious();
  lastTop = scrollY;
  settle();
}

addEventListener("scroll", onScroll, { passive: true });
addEventListener("wheel", ({ deltaY }) => deltaY < 0 && !scrollY && wantPrevious(), { passive: true });

function reflow(change) {
  const keep = keeping();
  unshelveAll();
  change();
  keep();
  settle();
}

/* Other rows: the photo where one came to rest stays in sight. */
addEventListener("resize", () => {
  if (innerWidth === lastWidth) return;
  reflow(() => (lastWidth = innerWidth));
  if (!isOpen()) returnToPlace();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-density]");
  if (!button) return;
  const isCompact = button.ariaPressed !== "true";
  button.ariaPressed = isCompact;
  tellServer("density", isCompact ? "compact" : null);
  reflow(() => {
    for (const photos of document.querySelectorAll("[data-photos]")) photos.classList.toggle("is-compact", isCompact);
  });
});

/* Before the lightbox changes the address: what one opens is what one comes back to. */
function noteOpened({ target }) {
  const photo = target.closest("[data-photos] .photo");
  if (!photo) return;
  clearTimeout(resting);
  notePlace(photo);
}

document.addEventListener("click", noteOpened, { capture: true });

/* htmx is ready by then. */
if (comeBack()) document.addEventListener("DOMContentLoaded", wantPrevious);
showComing();
observeEnd();
