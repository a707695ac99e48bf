/* Dragging a photo to another place of a gallery that is ordered by hand. The keyboard has the buttons of "Order". */
import { show } from "./toasts.js";

const form = document.querySelector("form[data-order-url]");
const keyOf = (photo) => photo?.querySelector('input[name="keys"]')?.value ?? "";
let dragged = null;
let before = null;

function putBack(photo) {
  before.parent.insertBefore(photo, before.next);
}

/* In front of the photo that follows; behind the one before it where the next page isn't there yet. */
function placeOf(photo) {
  const photos = [...form.querySelectorAll(".photo")];
  const at = photos.indexOf(photo);
  if (photos[at + 1]) return keyOf(photos[at + 1]);
  return form.querySelector('[rel="next"]') ? `after:${keyOf(photos[at - 1])}` : "last";
}

async function save(photo) {
  const body = new FormData();
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.append("keys", keyOf(photo));
  body.append("to", placeOf(photo));
  try {
    const answer = await fetch(form.dataset.orderUrl, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
    if (answer.status === 204) show(form.dataset.moved);
    else location.reload();
  } catch {
    putBack(photo);
    show(document.getElementById("live").dataset.failed, { kind: "failed", level: "error" });
  }
}

if (form) {
  form.addEventListener("dragstart", (event) => {
    /* What is dragged may be a text. */
    const photo = event.target.closest?.(".photo");
    if (event.defaultPrevented || !photo) return;
    dragged = photo;
    before = { parent: photo.parentElement, next: photo.nextElementSibling };
    event.dataTransfer.effectAllowed = "move";
    photo.classList.add("is-dragged");
  });
  form.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    const over = event.target.closest?.(".photo");
    if (!over || over === dragged) return;
    const box = over.getBoundingClientRect();
    const after = (event.clientX - box.left > box.width / 2) !== (getComputedStyle(form).direction === "rtl");
    over[after ? "after" : "before"](dragged);
  });
  form.addEventListener("drop", (event) => dragged && event.preventDefault());
  form.addEventListener("dragend", ({ dataTransfer }) => {
    if (!dragged) return;
    const photo = dragged;
    dragged = null;
    photo.classList.remove("is-dragged");
    /* Esc, or let go outside of the gallery. */
    if (dataTransfer.dropEffect === "none") putBack(photo);
    else if (photo.nextElementSibling !== before.next) save(photo);
  });
}
