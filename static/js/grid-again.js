/* Photos that could not be loaded are asked for again: all of them when the network is back or the server has answered,
   and each after a pause while one scrolls. Some are gone for good, so the pause grows. */
const PAUSE_MS = 4000;
const LONGEST_PAUSE_MS = 300_000;
const failed = new Map();

const isPhoto = (element) => element.matches?.(".photo__link > img");

export function noteFailed(picture) {
  const pause = Math.min(2 * (failed.get(picture)?.pause ?? PAUSE_MS / 2), LONGEST_PAUSE_MS);
  failed.set(picture, { pause, due: performance.now() + pause });
}

/* One that is not complete is on its way already. */
export function askAgain(isDue = () => true) {
  for (const [picture, state] of failed) {
    if (picture.isConnected && picture.complete && isDue(state)) picture.setAttribute("src", picture.getAttribute("src"));
  }
}

document.addEventListener("error", ({ target }) => isPhoto(target) && noteFailed(target), { capture: true });
document.addEventListener("load", ({ target }) => failed.delete(target), { capture: true });
addEventListener("online", () => askAgain());
addEventListener("scroll", () => askAgain(({ due }) => performance.now() > due), { passive: true });
