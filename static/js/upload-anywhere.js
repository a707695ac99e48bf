/* Photos that are dropped or pasted on a page that lists photos: the upload page opens in a dialog over it. */
import { watchDrops } from "./drops.js";

const url = document.querySelector("[data-drop-url]").dataset.dropUrl;
let opened = null;

/* Resolves when the sheets that only the other page has are loaded. */
function addSheets(head) {
  const missing = [...head.querySelectorAll('link[rel="stylesheet"]')].filter(
    (sheet) => !document.head.querySelector(`link[href="${sheet.getAttribute("href")}"]`),
  );
  return Promise.all(missing.map((sheet) => new Promise((resolve) => {
    const own = document.importNode(sheet);
    own.addEventListener("load", resolve);
    own.addEventListener("error", resolve);
    document.head.append(own);
  })));
}

/* The page under the dialog is out of date once photos have arrived. */
function reloadWhenDone(dialog, uppy) {
  const isDone = () => !dialog.open && !uppy.busy && uppy.getFiles().some((file) => file.progress.uploadComplete);
  const reload = () => isDone() && location.reload();
  dialog.addEventListener("close", reload);
  uppy.on("complete", reload);
}

async function makeDialog() {
  const [page, { enhance }] = await Promise.all([
    fetch(url).then((answer) => answer.text()),
    import("./upload-form.js"),
  ]);
  const other = new DOMParser().parseFromString(page, "text/html");
  const form = other.getElementById("upload");
  if (!form) throw new Error("The upload page isn't there.");
  await addSheets(other.head);
  const dialog = document.createElement("dialog");
  dialog.className = "upload-dialog";
  dialog.setAttribute("aria-labelledby", "upload-title");
  const region = document.createElement("div");
  region.className = "toasts";
  region.setAttribute("role", "status");
  const close = other.getElementById("upload-close");
  close.hidden = false;
  close.addEventListener("click", () => dialog.close());
  dialog.append(other.getElementById("upload-head"), form, region);
  document.body.append(dialog);
  const { uppy, add } = enhance(form);
  reloadWhenDone(dialog, uppy);
  return { dialog, add };
}

/* Without the dialog, for example after the session ended, the upload page itself says what is wrong. */
async function open(files) {
  opened ??= makeDialog();
  try {
    const { dialog, add } = await opened;
    if (!dialog.open) dialog.showModal();
    add(files);
  } catch {
    location.assign(url);
  }
}

watchDrops({
  mark: (over) => {
    document.body.classList.toggle("is-over", over);
    if (over) opened ??= makeDialog();
    opened?.catch(() => {});
  },
  onFiles: (files) => files.length && open(files),
});
