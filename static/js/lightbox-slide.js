/* What the lightbox over a grid and the viewer of one photo have in common. */
import { areCharactersOff, isCharacter } from "./keys-offered.js";

/* The edge of the preview in images/variants.py. */
const PREVIEW_PX = 1600;

export const icon = (name) => `<svg class="icon" aria-hidden="true"><use href="#i-${name}"/></svg>`;

/* Width and height in the viewer, and what to put in place of the preview: without it a photo is as large as that. */
export function sizeOf(picture, full) {
  const width = Number(picture.getAttribute("width"));
  const height = Number(picture.getAttribute("height"));
  const shrunk = Math.min(1, PREVIEW_PX / Math.max(width, height));
  return {
    width: full ? width : Math.round(width * shrunk),
    height: full ? height : Math.round(height * shrunk),
    full: shrunk < 1 ? full : "",
  };
}

/* Puts the full size in place of the preview, as soon as it is there. */
export async function sharpen({ data, content }) {
  if (!data.full) return;
  const picture = new Image();
  picture.src = data.full;
  data.full = "";
  try {
    await picture.decode();
  } catch {
    return;
  }
  if (!content.element) return;
  data.srcset = "";
  data.src = picture.src;
  content.element.removeAttribute("srcset");
  content.element.src = data.src;
}

/* Nothing but the viewer, its messages and the list of shortcuts can be reached while it is open. */
export function setApart(viewer, isApart) {
  for (const other of document.body.children) {
    if (other !== viewer.element && !["live", "keys"].includes(other.id)) other.inert = isApart;
  }
}

/* Keys are not for the viewer while a dialog lies over it, nor characters if its reader wants none. */
export function restrainKeys(viewer) {
  viewer.on("keydown", (event) => {
    const isUnwanted = isCharacter(event.originalEvent.key) && areCharactersOff();
    if (isUnwanted || document.querySelector("dialog:modal")) event.preventDefault();
  });
}
