/* Hands the address of a page on: by the share sheet of the device, else by the clipboard. */
import { announce } from "./announce.js";
import { copyText } from "./copy.js";

export async function sharePage({ title, url, done }) {
  if (navigator.share) await navigator.share({ title, url }).catch(() => {});
  else if (await copyText(url)) announce(done);
}
