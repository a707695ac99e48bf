/* The page of one photo: its panel stays as it was left, "back" leads to the list, its neighbours are fetched ahead. */
import { lastList, returnTo } from "./list.js";
import { recall, remember, tellServer } from "./memory.js";
import { sharePage } from "./share-page.js";
import "./zoom.js";

const PANEL = "#panel > details";
const wide = matchMedia("(width >= 60rem)");

/* The server reads the cookie, so that the panel is there or not before anything is drawn. */
document.addEventListener("click", (event) => {
  const panel = event.target.closest(`${PANEL} > summary`)?.parentElement;
  if (!panel || !wide.matches) return;
  tellServer("panel", panel.open ? "closed" : "open");
});

/* As a sheet it is always whole. */
document.addEventListener("beforetoggle", ({ target, newState }) => {
  if (target.id === "panel" && newState === "open") target.querySelector("details").open = true;
}, true);
wide.addEventListener("change", () => {
  if ("popover" in HTMLElement.prototype) document.querySelector("#panel:popover-open")?.hidePopover();
});
/* Details of a photo over its grid are what was asked for there. */
if (location.hash === "#links" || recall("details", "tab")) {
  remember("details", null, "tab");
  const panel = document.getElementById("panel");
  panel.querySelector("details").open = true;
  if (!wide.matches) panel.showPopover?.();
}

/* Whoever deletes the only photo of a list is led to the list too. */
function showWay() {
  const back = document.querySelector("[data-back]");
  const list = lastList();
  if (!list || !new URL(list.url).pathname.startsWith(back.dataset.back)) return;
  back.href = list.url;
  back.querySelector("span").textContent = list.title;
  for (const field of document.querySelectorAll("[data-list]")) field.value = back.pathname + back.search;
}

document.addEventListener("click", (event) => {
  const back = event.target.closest("[data-back]");
  if (back && !event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey && returnTo(back.href)) event.preventDefault();
  const { sharePage: path, shareTitle: title, done } = event.target.closest("[data-share-page]")?.dataset ?? {};
  if (path) sharePage({ title, url: new URL(path, location.href).href, done });
});

/* The browser chooses between the formats as it will on their pages. */
function fetchAhead() {
  for (const { dataset } of document.querySelectorAll("[data-ahead]:not([data-ahead=''])")) {
    const picture = document.createElement("picture");
    const image = new Image();
    if (dataset.aheadAvif) {
      const source = document.createElement("source");
      source.type = "image/avif";
      source.srcset = dataset.aheadAvif;
      picture.append(source);
    }
    picture.append(image);
    image.fetchPriority = "low";
    image.src = dataset.ahead;
  }
}

showWay();
document.addEventListener("htmx:afterSettle", showWay);
if (!navigator.connection?.saveData) {
  const whenLoaded = () => (document.readyState === "complete" ? fetchAhead() : window.addEventListener("load", fetchAhead));
  if (document.prerendering) document.addEventListener("prerenderingchange", whenLoaded, { once: true });
  else whenLoaded();
}
