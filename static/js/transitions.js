/* Where browsers fade from page to page, a photo grows out of its grid, and shrinks back to its place.

   base.html lets it block the first frame, since that is when a browser asks what grows into what. */
const NAME = "photo";
const PAGE = ".stage__photo img";

const pathOf = (url) => url && new URL(url).pathname;

/* What shows the photo of an address here: in the lightbox, in a grid, or large on its page. */
function pictureOf(path) {
  const large = document.querySelector(".pswp__item[aria-hidden=false] img.pswp__img:not(.pswp__img--placeholder)");
  if (large) return large;
  const links = [...document.querySelectorAll(".photo__link[href]")];
  return links.find((link) => link.pathname === path)?.querySelector("img");
}

async function name(picture, transition) {
  if (!picture) return;
  picture.style.viewTransitionName = NAME;
  await transition.finished.catch(() => {});
  picture.style.viewTransitionName = "";
}

/* A transition that is skipped, as one is when the next page comes too late or has none, is no error. */
const mayBeSkipped = ({ ready, finished }) => Promise.allSettled([ready, finished]);

/* Nor is one that Chromium gives up before it has read the style sheets: it hands that to nobody who could catch it. */
window.addEventListener("unhandledrejection", (event) => {
  if (event.reason instanceof DOMException && event.reason.message.includes("ViewTransition")) event.preventDefault();
});

window.addEventListener("pageswap", ({ viewTransition, activation }) => {
  if (!viewTransition) return;
  mayBeSkipped(viewTransition);
  const page = document.querySelector(PAGE);
  if (!page) name(pictureOf(pathOf(activation.entry.url)), viewTransition);
  else if (/\/p\/\w+$/.test(pathOf(activation.entry.url))) page.style.viewTransitionName = "none";
});

window.addEventListener("pagereveal", ({ viewTransition }) => {
  if (viewTransition) mayBeSkipped(viewTransition);
  const page = document.querySelector(PAGE);
  if (page) page.style.viewTransitionName = "";
  else if (viewTransition) name(pictureOf(pathOf(window.navigation?.activation?.from?.url)), viewTransition);
});
