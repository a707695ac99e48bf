/* The upload page in a dialog over another page. */
import { enhance } from "./upload-form.js";

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

export async function makeDialog(url, queue) {
  const page = await fetch(url).then((answer) => answer.text());
  const other = new DOMParser().parseFromString(page, "text/html");
  const form = other.getElementById("upload");
  if (!form) throw new Error("The upload page isn't there.");
  await addSheets(other.head);
  const dialog = document.createElement("dialog");
  dialog.className = "dialog upload-dialog";
  dialog.setAttribute("aria-labelledby", "upload-title");
  const region = document.createElement("div");
  region.className = "toasts";
  region.setAttribute("role", "status");
  const close = other.getElementById("upload-close");
  close.hidden = false;
  close.addEventListener("click", () => dialog.close());
  dialog.append(other.getElementById("upload-head"), form, region);
  document.body.append(dialog);
  return { dialog, form, ...(await enhance(form, { queue })) };
}
