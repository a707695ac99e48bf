/* What surrounds a photo in the lightbox: its caption, the buttons, and the slideshow. The words come with the page. */
import { remember } from "./memory.js";
import { sharePage } from "./share-page.js";

const INTERVAL_MS = 4000;

function fillCaption(caption, { title: words, element }) {
  const photo = element.closest(".photo");
  const [title, description, facts] = caption.children;
  title.textContent = words;
  description.textContent = element.dataset.description ?? "";
  const owner = photo.querySelector(".photo__owner a")?.cloneNode(true);
  const left = photo.querySelector("[data-left]")?.textContent;
  facts.replaceChildren(...[owner, left].filter(Boolean));
}

function playable(viewer, button) {
  let timer = 0;
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    show();
  };
  const show = () => {
    button.setAttribute("aria-pressed", timer > 0);
    viewer.element.classList.toggle("is-playing", timer > 0);
  };
  const step = () => {
    if (document.hidden || viewer.currSlide.content.isLoading()) return;
    if (viewer.currIndex < viewer.getNumItems() - 1) viewer.next();
    else stop();
  };
  button.addEventListener("click", () => {
    if (timer) return stop();
    timer = setInterval(step, INTERVAL_MS);
    show();
  });
  const pause = (event) => {
    const isButton = button.contains(event.target) && !event.key?.startsWith("Arrow");
    if (timer && !isButton && event.key !== button.dataset.key) stop();
  };
  for (const type of ["pointerdown", "wheel", "keydown"]) viewer.element.addEventListener(type, pause, { passive: true });
  viewer.on("close", stop);
}

/* The viewer listens to these by itself; the list of shortcuts shows them. */
function tellKeys({ topBar, element }) {
  const own = { close: "Escape", zoom: "z", "arrow--prev": "ArrowLeft", "arrow--next": "ArrowRight" };
  for (const [name, key] of Object.entries(own)) {
    const button = (name.startsWith("arrow") ? element : topBar).querySelector(`.pswp__button--${name}`);
    button.dataset.keyOwn = key;
  }
}

/* Returns the form that puts a photo into the trash, if the photos are the viewer's own. */
export function furnish(viewer, parts) {
  const content = parts.content.cloneNode(true);
  const part = (name) => content.querySelector(`.lightbox__${name}`);
  const [play, shareButton, download, page, caption] = ["play", "share", "download", "page", "caption"].map(part);
  const [edit, trash] = ["edit", "trash"].map(part);
  caption.remove();
  viewer.on("change", () => {
    const { data } = viewer.currSlide;
    page.href = data.page;
    shareButton.hidden = !("shared" in data.element.dataset);
    download.href = `${data.page}/download`;
    if (edit) edit.href = `${data.page}/edit`;
    if (trash) trash.action = `${data.page}/delete`;
    fillCaption(caption, data);
  });
  viewer.on("firstUpdate", () => {
    const { element, options, topBar, scrollWrap } = viewer;
    const { downloads } = options.dataSource[0].element.closest(".photo-grid").dataset;
    topBar.querySelector(".pswp__button--zoom").before(...content.children);
    if (downloads === undefined) download.remove();
    scrollWrap.append(caption);
    playable(viewer, play);
    shareButton.addEventListener("click", () => {
      const { title, element: link } = viewer.currSlide.data;
      sharePage({ title, url: link.href, done: parts.dataset.copied });
    });
    page.addEventListener("click", ({ ctrlKey, metaKey, shiftKey }) => {
      if (!ctrlKey && !metaKey && !shiftKey) remember("details", "open", "tab");
    });
    tellKeys(viewer);
    element.dir = "ltr";
  });
  return { trash };
}
