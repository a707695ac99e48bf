/* A photo on its way is shown as a blur of its colours, and fades in over it. */
import { askAgain, noteFailed } from "./grid-again.js";
import { blur } from "./thumbhash.js";

const FADE_MS = 300;

const inReach = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      inReach.unobserve(target);
      if (!target.complete) wait(target);
      else if (!target.naturalWidth) noteFailed(target);
    }
  },
  { rootMargin: "50% 0px" },
);

function wait(picture) {
  const colour = picture.parentElement.querySelector("svg[data-hash]");
  const canvas = colour && blur(colour.dataset.hash);
  if (canvas) colour.replaceWith(canvas);
  if (picture.fetchPriority !== "high") picture.classList.add("is-coming");
  const arrive = () => {
    picture.classList.remove("is-coming");
    setTimeout(() => canvas?.remove(), FADE_MS);
  };
  picture.addEventListener("load", arrive, { once: true });
  picture.addEventListener("error", arrive, { once: true });
}

export function showComing() {
  for (const picture of document.querySelectorAll(".photo__link > img:not([data-seen])")) {
    picture.dataset.seen = "";
    inReach.observe(picture);
  }
  askAgain();
}
