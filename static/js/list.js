/* The list that one looks at photos from, which is where "back" on the page of a photo leads. */
import { recall, remember } from "./memory.js";

const NAME = "list";

/* Call it on a page with a grid, before the lightbox changes title and address. */
export function noteList() {
  const [title] = document.title.split(" · ");
  remember(NAME, JSON.stringify({ url: location.href, title }), "tab");
}

export const lastList = () => JSON.parse(recall(NAME, "tab") ?? "null");

/* Goes back in the history to where the list was left, if it is there. */
export function returnTo(url) {
  const entries = window.navigation?.entries() ?? [];
  const earlier = entries.slice(0, window.navigation?.currentEntry.index).findLast((entry) => entry.url === url);
  if (!earlier) return false;
  window.navigation.traverseTo(earlier.key).committed.catch(() => {});
  return true;
}
