/* A photo of a grid opens over the page, under the address of its own page. What shows it is loaded on first use. */
import { noteList } from "./list.js";
import { loadStyles } from "./styles.js";

const grid = location.pathname;
const list = grid + location.search;
const parts = document.getElementById("lightbox");
let loading = null;
let viewer = null;

const photoAt = (target) => target.closest?.(".photo__link[href][data-preview]");

function load() {
  loading ??= Promise.all([import("./lightbox-viewer.js"), loadStyles(parts.dataset.styles.split(" "))]).then(([module]) => module);
  return loading;
}

async function show(photo) {
  try {
    const { open } = await load();
    if (location.pathname === grid || viewer) return;
    viewer = open(photo, parts, list);
  } catch {
    location.reload();
    return;
  }
  viewer.on("change", () => history.replaceState(null, "", viewer.currSlide.data.page));
  viewer.on("openingAnimationEnd", follow);
  viewer.on("close", () => location.pathname !== grid && history.back());
  viewer.on("destroy", () => (viewer = null));
}

/* The browser's history has moved: shows what the address says. */
function follow() {
  if (location.pathname === grid) {
    viewer?.close();
  } else if (!viewer) {
    const links = [...document.querySelectorAll(".photo__link")];
    const photo = photoAt(links.find((link) => link.pathname === location.pathname) ?? document.body);
    if (photo) show(photo);
    else location.reload();
  }
}

document.addEventListener("click", (event) => {
  const photo = photoAt(event.target);
  if (!photo || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (viewer) return;
  history.pushState(null, "", photo.href);
  show(photo);
});
for (const type of ["pointerover", "focusin"]) {
  document.addEventListener(type, (event) => photoAt(event.target) && load().catch(() => {}));
}
for (const type of ["popstate", "pageshow"]) window.addEventListener(type, follow);
noteList();
