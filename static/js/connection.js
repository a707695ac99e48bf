/* Says when the network is gone, and lets people try again what could not be loaded. */
import { isOfSomebodyElse } from "./person.js";
import { show } from "./toasts.js";

const words = document.getElementById("live")?.dataset ?? {};
const tellOffline = () => show(words.offline, { kind: "network", level: "warning", lasts: true });

window.addEventListener("offline", tellOffline);
window.addEventListener("online", () => show(words.online, { kind: "network", level: "success" }));
if (!navigator.onLine) tellOffline();

/* The link to more photos that is loaded when it comes into view: from now on by a click. */
function offerAgain(link) {
  link.dataset.again ??= link.textContent;
  link.textContent = words.retry;
  show(words.moreFailed, { kind: "more", level: "error" });
}

const forgetFailure = () => document.querySelector('.toast[data-kind="more"]')?.remove();

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.shouldSwap && detail.target.matches(".photo-more")) forgetFailure();
});

function onFailure({ detail }) {
  const asked = detail.elt;
  const trigger = asked.getAttribute("hx-trigger") ?? "";
  if (trigger.startsWith("every")) return;
  if (trigger.includes("revealed")) offerAgain(asked);
  else if (navigator.onLine) show(words.failed, { kind: "failed", level: "error" });
}

for (const name of ["sendError", "responseError", "timeout"]) document.addEventListener(`htmx:${name}`, onFailure);

/* The next try succeeds, if it was refused for a session that is a new one of the same person. */
document.addEventListener("htmx:responseError", ({ detail }) => {
  if (detail.xhr.status === 403) import("./token.js").then(({ renew }) => renew(location.href)).catch(() => {});
});

/* Where the session has ended the page leads to the sign-in page, and back from there. */
let isLeaving = false;
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!isOfSomebodyElse(detail.xhr.responseText)) return;
  detail.shouldSwap = false;
  if (!isLeaving) location.reload();
  isLeaving = true;
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-again]");
  if (!link) return;
  event.preventDefault();
  link.textContent = link.dataset.again;
  delete link.dataset.again;
  forgetFailure();
  window.htmx.trigger(link, "revealed");
});
