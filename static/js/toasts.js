/* Short words at the lower edge. They go by themselves, but not while somebody is at them, and not if they are a fault. */
const WORDS_MS = 5000;
const ACTION_MS = 15000;

function vanish(toast, after) {
  setTimeout(() => {
    if (!toast.isConnected) return;
    if (document.hidden || toast.matches(":hover, :focus-within")) vanish(toast, WORDS_MS);
    else toast.remove();
  }, after);
}

function live(toast) {
  if (toast.matches(".toast-error, .toast-warning, .is-lasting")) return;
  vanish(toast, toast.querySelector("form") ? ACTION_MS : WORDS_MS);
}

/* Behind an open dialog nothing is read. */
const region = () => document.querySelector("dialog[open] > .toasts") ?? document.getElementById("live");

/* Shows text and returns its toast. The one before it with the same `kind` goes. */
export function show(text, { kind = "words", level = "info", lasts = false } = {}) {
  const template = document.getElementById("toast");
  const place = region();
  if (!place || !template || !text) return null;
  const toast = template.content.firstElementChild.cloneNode(true);
  toast.classList.replace("toast-info", `toast-${level}`);
  toast.classList.toggle("is-lasting", lasts);
  toast.dataset.kind = kind;
  toast.querySelector("p").textContent = text;
  if (level === "info") toast.querySelector("svg").remove();
  for (const other of document.querySelectorAll(`.toast[data-kind="${kind}"]`)) other.remove();
  place.append(toast);
  live(toast);
  return toast;
}

document.addEventListener("click", (event) => {
  const toast = event.target.closest(".toast__close")?.closest(".toast");
  if (!toast) return;
  const next = toast.nextElementSibling ?? toast.previousElementSibling;
  toast.remove();
  (next?.querySelector(".toast__close") ?? document.getElementById("main"))?.focus({ preventScroll: true });
});

/* What came with a page is put in again: screen readers say what is added, not what was there. */
export function take(page) {
  for (const toast of page.querySelectorAll("#live .toast")) {
    region().append(document.adoptNode(toast));
    live(toast);
  }
}

/* In a page that was kept for offline it is of then. */
if ("offline" in document.documentElement.dataset) {
  for (const toast of document.querySelectorAll("#live .toast")) toast.remove();
} else {
  take(document);
}
