/* The owner's photo in the lightbox goes to the trash, and the next one is shown. */
import { show, take } from "./toasts.js";

const words = document.getElementById("live").dataset;

/* The page of the list, with what it says of the deletion, or null if the server asks first, or refuses. */
async function send(form, list) {
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  const isDone = answer.ok && new URL(answer.url).pathname === new URL(list, location).pathname;
  return isDone ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
}

function takeOutOfGrid(photo) {
  const day = photo.closest(".day");
  photo.remove();
  if (day && !day.querySelector(".photo, .photo-gap")) day.remove();
  /* What counts the photos of the grid counts them again. */
  document.querySelector("[data-photos]").dispatchEvent(new CustomEvent("htmx:afterSettle", { bubbles: true }));
}

/* PhotoSwipe knows its slides by their numbers, and draws anew only around the one that it shows. */
function takeOutOfViewer(viewer, slides, slide) {
  const seen = viewer.currSlide.data;
  const place = slides.indexOf(slide);
  viewer.goTo(place);
  if (place === slides.length - 1) viewer.prev();
  slides.splice(place, 1);
  for (let number = place; number <= slides.length; number += 1) viewer.contentLoader.removeByIndex(number);
  for (const number of [place - 1, place, place + 1]) viewer.refreshSlideContent(number);
  if (seen !== slide) viewer.goTo(slides.indexOf(seen));
}

/* `list` is the address of the grid. Its last photo goes as on its own page, by the form alone. */
export function listenToTrash(form, viewer, slides, list) {
  let isBusy = false;
  form.elements.next.value = list;
  form.addEventListener("submit", async (event) => {
    if (!isBusy && slides.length === 1) return;
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    const slide = viewer.currSlide.data;
    try {
      const page = await send(form, list);
      if (page) {
        take(page);
        /* Somebody may have closed it meanwhile. */
        if (!viewer.isDestroying) takeOutOfViewer(viewer, slides, slide);
        takeOutOfGrid(slide.element.closest(".photo"));
      } else {
        location.assign(`${slide.page}/delete`);
      }
    } catch {
      show(navigator.onLine ? words.failed : words.offline, { kind: "failed", level: "error" });
    }
    isBusy = false;
  });
}
