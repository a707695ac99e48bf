/* The lightbox itself: the photos of a grid as slides, and more of them as the end comes near. */
import PhotoSwipe from "../vendor/photoswipe/photoswipe.esm.min.js";
import { furnish } from "./lightbox-parts.js";

/* The edges of images/variants.py. */
const PREVIEW_PX = 1600;
const THUMB_PX = 480;
const AHEAD = 6;
/* Where lightbox.css makes the caption one line. */
const LOW_PX = 480;
const icon = (name) => `<svg class="icon" aria-hidden="true"><use href="#i-${name}"/></svg>`;

const linksOf = (grid) => [...grid.querySelectorAll(".photo__link[href][data-preview]")];

/* Without a link to the full size a photo is as large as its preview. */
function slide(link) {
  const picture = link.querySelector("img");
  const width = Number(picture.getAttribute("width"));
  const height = Number(picture.getAttribute("height"));
  const longest = Math.max(width, height);
  const shrunk = Math.min(1, PREVIEW_PX / longest);
  const { preview, full } = link.dataset;
  const wide = Math.round(width * shrunk);
  const thumbWide = Math.round(width * Math.min(1, THUMB_PX / longest));
  return {
    element: link,
    page: link.pathname,
    alt: picture.alt,
    msrc: picture.src,
    thumbCropped: true,
    src: preview,
    srcset: thumbWide < wide ? `${picture.src} ${thumbWide}w, ${preview} ${wide}w` : "",
    width: full ? width : wide,
    height: full ? height : Math.round(height * shrunk),
    full: shrunk < 1 ? full : "",
  };
}

/* Puts the full size in place of the preview once somebody looks closer, and as soon as it is there. */
async function sharpen({ data, content, currZoomLevel, zoomLevels }) {
  if (!data.full || currZoomLevel <= zoomLevels.fit) return;
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

function loadMore(viewer, grid) {
  const more = grid.querySelector(".photo-more [rel=next]");
  const near = viewer.currIndex >= viewer.getNumItems() - AHEAD;
  if (near && more && !more.classList.contains("htmx-request")) window.htmx?.trigger(more, "revealed");
}

function takeMore(viewer, grid, slides) {
  const first = slides.length;
  slides.push(...linksOf(grid).slice(first).map(slide));
  if (slides.length > first) viewer.refreshSlideContent(first);
}

/* Nothing but the lightbox and its messages can be reached while it is open. */
function setApart(viewer, isApart) {
  for (const other of document.body.children) {
    if (other !== viewer.element && other.id !== "live") other.inert = isApart;
  }
}

/* Room for the buttons above and the caption below, so that neither lies on the photo. */
function padding({ y }, { element }) {
  const caption = element.dataset.description ? 116 : 72;
  return { top: y < LOW_PX ? 48 : 56, bottom: y < LOW_PX ? 40 : caption, left: 0, right: 0 };
}

export function open(link, parts) {
  const grid = link.closest(".photo-grid");
  const links = linksOf(grid);
  const slides = links.map(slide);
  const words = parts.dataset;
  const title = document.title;
  const viewer = new PhotoSwipe({
    dataSource: slides,
    index: links.indexOf(link),
    mainClass: "lightbox",
    loop: false,
    counter: false,
    bgOpacity: 1,
    secondaryZoomLevel: 1,
    paddingFn: padding,
    returnFocus: false,
    closeTitle: words.close,
    zoomTitle: words.zoom,
    arrowPrevTitle: words.previous,
    arrowNextTitle: words.next,
    errorMsg: words.broken,
    closeSVG: icon("close"),
    zoomSVG: icon("zoom"),
    arrowPrevSVG: icon("previous"),
    arrowNextSVG: icon("next"),
  });
  furnish(viewer, parts);
  viewer.on("change", () => {
    const { alt, element } = viewer.currSlide.data;
    viewer.element.setAttribute("aria-label", alt);
    document.title = alt;
    element.scrollIntoView({ block: "nearest" });
    loadMore(viewer, grid);
  });
  viewer.on("zoomPanUpdate", (event) => sharpen(event.slide));
  viewer.on("destroy", () => {
    setApart(viewer, false);
    document.title = title;
    viewer.currSlide.data.element.focus();
  });
  viewer.init();
  setApart(viewer, true);
  viewer.events.add(document, "htmx:afterSettle", () => takeMore(viewer, grid, slides));
  return viewer;
}
