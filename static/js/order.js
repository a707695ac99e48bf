/* Dragging a photo to another place of a gallery that is ordered by hand. The keyboard has the buttons of "Order". */
import { announce } from "./announce.js";

const form = document.querySelector("form[data-order-url]");
const keyOf = (photo) => photo?.querySelector('input[name="keys"]')?.value ?? "";
let dragged = null;

async function save(photo) {
  const body = new FormData();
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.append("keys", keyOf(photo));
  body.append("to", keyOf(photo.nextElementSibling) || "last");
  const answer = await fetch(form.dataset.orderUrl, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
  if (answer.status === 204) announce(form.dataset.moved);
  else location.reload();
}

if (form) {
  const grid = form.querySelector(".photo-grid");
  grid.addEventListener("dragstart", (event) => {
    dragged = event.target.closest(".photo");
    event.dataTransfer.effectAllowed = "move";
    dragged?.classList.add("is-dragged");
  });
  grid.addEventListener("dragover", (event) => {
    const over = event.target.closest(".photo");
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    const after = (event.clientX - box.left > box.width / 2) !== (getComputedStyle(grid).direction === "rtl");
    over[after ? "after" : "before"](dragged);
  });
  grid.addEventListener("drop", (event) => dragged && event.preventDefault());
  grid.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragged");
    if (dragged) save(dragged);
    dragged = null;
  });
}
