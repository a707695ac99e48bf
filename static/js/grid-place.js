/* Where one is in a list: noted in the browser's history, as the page of the list and the photo in sight. */
import { everyPhoto } from "./grid-shelf.js";
import { inSight } from "./grid-sight.js";
import { noteList } from "./list.js";

const path = location.pathname;
const start = location.pathname + location.search;
/* Pages may come in front of the first one too. */
document.querySelector("[data-photos] .photo")?.setAttribute("data-page", start);

const linkOf = (photo) => photo.querySelector(".photo__link").getAttribute("href");

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
  const place = scrollY ? { photo: linkOf(photo), top: photo.getBoundingClientRect().top } : {};
  history.replaceState({ ...history.state, photo: null, ...place }, "", pageOf(photo));
  noteList();
}

export function returnToPlace(place = history.state) {
  history.scrollRestoration = "manual";
  const { photo, top } = place ?? {};
  const link = photo && document.querySelector(`.photo__link[href="${CSS.escape(photo)}"]`);
  if (link) scrollBy({ top: link.getBoundingClientRect().top - top, behavior: "instant" });
  return Boolean(link);
}

/* Near the start of a page the place can't be reached before the page in front of it is there. */
let reached = null;

export function comeBack() {
  const place = history.state;
  const isBack = returnToPlace(place);
  if (isBack) reached = { place, scrollTop: scrollY };
  return isBack;
}

/* To be called before photos come in front, and the result after it; nothing once somebody has scrolled. */
export const comingBack = () => (reached?.scrollTop === scrollY ? () => returnToPlace(reached.place) : null);
