/* A share link: in a window over the grid where it was made, on the clipboard at once, and in the share sheet. */
import { copyText } from "./copy.js";
import { show } from "./toasts.js";

const dialog = document.getElementById("share");

async function offer(part) {
  for (const button of part.querySelectorAll("[data-share-url]")) button.hidden = !navigator.share;
  const field = part.querySelector("[data-copy-now]");
  if (!field) return;
  const done = field.dataset.copyNow;
  delete field.dataset.copyNow;
  if (await copyText(field.value)) show(done);
}

/* A form with errors comes back as 422. */
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.status === 422) Object.assign(detail, { shouldSwap: true, isError: false });
});

/* If the photos have gone in the meantime the server answers with another page, so this one is old. A window that was
 * closed meanwhile stays closed, unless what it was closed with could not be saved. */
dialog?.addEventListener("htmx:afterSettle", ({ detail: { target, xhr } }) => {
  if (!dialog.querySelector("#share-link")) {
    location.reload();
    return;
  }
  const isNew = target.id === "share-body";
  for (const notice of dialog.querySelectorAll("#share-link > .notice")) {
    show(notice.textContent, { level: notice.dataset.level });
    notice.remove();
  }
  if (!dialog.open && (isNew || xhr.status === 422)) dialog.showModal();
  if (!document.activeElement?.closest("#share-link")) dialog.querySelector("#share-url, button")?.focus();
  offer(dialog);
});

document.addEventListener("click", (event) => {
  const { shareUrl, shareTitle } = event.target.closest("[data-share-url]")?.dataset ?? {};
  if (shareUrl) navigator.share({ url: shareUrl, title: shareTitle }).catch(() => {});
});

offer(document);
