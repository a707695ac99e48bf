/* The photo of a page in full size, to be looked at closely. What shows it is loaded on first use. */
import { loadStyles } from "./styles.js";

const photoAt = (target) => target.closest?.("[data-zoom]");
let loading = null;
let viewer = null;

function load(photo) {
  loading ??= Promise.all([import("./zoom-viewer.js"), loadStyles(photo.dataset.styles.split(" "))]).then(([module]) => module);
  return loading;
}

/* A step of the history, so that "back" closes the viewer and leaves the page open. */
async function show(photo) {
  try {
    const { open } = await load(photo);
    if (viewer) return;
    viewer = open(photo);
  } catch {
    location.assign(photo.href);
    return;
  }
  history.pushState({ zoom: true }, "");
  viewer.on("close", () => history.state?.zoom && history.back());
  viewer.on("destroy", () => (viewer = null));
}

document.addEventListener("click", (event) => {
  const photo = photoAt(event.target);
  if (!photo || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(photo);
});
for (const type of ["pointerover", "focusin"]) {
  document.addEventListener(type, (event) => {
    const photo = photoAt(event.target);
    if (photo) load(photo).catch(() => {});
  });
}
window.addEventListener("popstate", () => viewer?.close());
