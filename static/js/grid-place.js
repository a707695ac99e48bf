/* Where one is in a list: noted in the browser's history, as the page of the list and the photo in sight. */
import { everyPhoto } from "./grid-shelf.js";
import { inSight } from "./grid-sight.js";
import { noteList } from "./list.js";

const path = location.pathname;
const start = location.pathname + location.search;
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

export function returnToPlace() {
  history.scrollRestoration = "manual";
  const { photo, top } = history.state ?? {};
  const link = photo && document.querySelector(`.photo__link[href="${CSS.escape(photo)}"]`);
  if (link) scrollBy({ top: link.getBoundingClientRect().top - top, behavior: "instant" });
  return Boolean(link);
}
