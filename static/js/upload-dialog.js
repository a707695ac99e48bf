/* The upload page in a dialog over another page. */
import { loadStyles } from "./styles.js";
import { enhance } from "./upload-form.js";

export async function makeDialog(url, queue) {
  const page = await fetch(url).then((answer) => answer.text());
  const other = new DOMParser().parseFromString(page, "text/html");
  const form = other.getElementById("upload");
  if (!form) throw new Error("The upload page isn't there.");
  await loadStyles([...other.querySelectorAll('link[rel="stylesheet"]')].map((sheet) => sheet.getAttribute("href")));
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
