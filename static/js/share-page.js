/* Hands the address of a page on: by the share sheet of the device, else by the clipboard. */
import { copyText } from "./copy.js";
import { show } from "./toasts.js";

export async function sharePage({ title, url, done }) {
  if (navigator.share) await navigator.share({ title, url }).catch(() => {});
  else if (await copyText(url)) show(done);
}
