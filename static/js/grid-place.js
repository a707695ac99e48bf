/* Where one is in a list: noted in the browser's history, as the page of the list and the photo in sight, and for the
   answer to a form, which shows the list again. */
import { everyPhoto } from "./grid-shelf.js";
import { inSight } from "./grid-sight.js";
import { noteList } from "./list.js";
import { recall, remember } from "./memory.js";

const LEFT = "place";
const path = location.pathname;
const start = location.pathname + location.search;
/* Pages may come in front of the first one too. */
document.querySelector("[data-photos] .photo")?.setAttribute("data-page", start);

const linkOf = (photo) => photo.querySelector(".photo__link").getAttribute("href");
const placeOf = (photo) => (scrollY ? { photo: linkOf(photo), top: photo.getBoundingClientRect().top } : {});

function pageOf(photo) {
  let page = start;
  for (const other of everyPhoto()) {
    page = other.dataset.page ?? page;
    if (other === photo) break;
  }
  return page;
}

export function notePlace(photo = inSight()) {
  if (location.pathname !== path || !photo) return;
  history.replaceState({ ...history.state, photo: null, ...placeOf(photo) }, "", pageOf(photo));
  noteList();
}

/* What is selected may leave the list. */
function noteForAnswer({ target, defaultPrevented }) {
  const next = target.matches(".toast form, form:has([data-photos])") && target.elements.namedItem("next");
  if (!next || defaultPrevented) return;
  const staying = [...document.querySelectorAll("[data-photos] .photo:not(:has([name=keys]:checked))")];
  const photo = inSight(staying) ?? staying.at(-1);
  if (!photo) return;
  next.value = pageOf(photo);
  remember(LEFT, JSON.stringify({ url: next.value, ...placeOf(photo) }), "tab");
}

document.addEventListener("submit", noteForAnswer);

/* An answer has led here; after a download nothing has. */
function placeInAnswer() {
  const place = JSON.parse(recall(LEFT, "tab") ?? "null");
  remember(LEFT, null, "tab");
  const isAnswer = performance.getEntriesByType("navigation")[0]?.redirectCount > 0;
  return isAnswer && place?.url === start ? place : null;
}

export function returnToPlace(place = history.state) {
  history.scrollRestoration = "manual";
  const { photo, top } = place ?? {};
  const link = photo && document.querySelector(`.photo__link[href="${CSS.escape(photo)}"]`);
  if (link) scrollBy({ top: link.getBoundingClientRect().top - top, behavior: "instant" });
  return Boolean(link);
}

/* Near an end of a page the place can't be reached before the page beside it is there. */
let reached = null;

export function comeBack() {
  const place = placeInAnswer() ?? history.state;
  const isBack = returnToPlace(place);
  if (isBack) reached = { place, scrollTop: scrollY };
  return isBack;
}

/* To be called before photos come in front or behind, and the result after it; nothing once somebody has scrolled. */
export function comingBack() {
  if (reached?.scrollTop !== scrollY) return null;
  return () => {
    returnToPlace(reached.place);
    reached.scrollTop = scrollY;
  };
}
