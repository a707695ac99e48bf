/* Copy buttons: data-copy names a field, data-copy-text holds the text itself. */
import { show } from "./toasts.js";

function copyBySelection(text) {
  const focused = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.style.position = "fixed";
  field.style.opacity = "0";
  (document.querySelector("dialog[open]") ?? document.body).append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  focused?.focus();
  return copied;
}

/* The clipboard API exists on HTTPS and localhost only. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

async function onClick(event) {
  const button = event.target.closest("[data-copy], [data-copy-text]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  if (!(await copyText(field ? field.value : button.dataset.copyText))) {
    field?.select();
    return;
  }
  button.focus();
  show(button.dataset.done);
  if (button.dataset.words) return;
  button.dataset.words = button.textContent;
  button.textContent = button.dataset.done;
  setTimeout(() => {
    button.textContent = button.dataset.words;
    delete button.dataset.words;
  }, 2000);
}

document.addEventListener("click", onClick);
document.addEventListener("focusin", (event) => {
  if (event.target.matches("input[data-select]")) event.target.select();
});
