/* Dragging a photo to another place of a gallery that is ordered by hand. The keyboard has the buttons of "Order". */
import { announce } from "./announce.js";

const form = document.querySelector("form[data-order-url]");
const keyOf = (photo) => photo?.querySelector('input[name="keys"]')?.value ?? "";
let dragged = null;

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
  const answer = await fetch(form.dataset.orderUrl, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
  if (answer.status === 204) announce(form.dataset.moved);
  else location.reload();
}

if (form) {
  form.addEventListener("dragstart", (event) => {
    if (event.defaultPrevented) return;
    dragged = event.target.closest(".photo");
    event.dataTransfer.effectAllowed = "move";
    dragged?.classList.add("is-dragged");
  });
  form.addEventListener("dragover", (event) => {
    const over = event.target.closest(".photo");
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    const after = (event.clientX - box.left > box.width / 2) !== (getComputedStyle(form).direction === "rtl");
    over[after ? "after" : "before"](dragged);
  });
  form.addEventListener("drop", (event) => dragged && event.preventDefault());
  form.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragged");
    if (dragged) save(dragged);
    dragged = null;
  });
}
