/* The lightbox itself: the photos of a grid as slides, and more of them as the end comes near. */
import PhotoSwipe from "../vendor/photoswipe/photoswipe.esm.min.js";
import { bring, everyPhoto } from "./grid-shelf.js";
import { furnish } from "./lightbox-parts.js";
import { icon, restrainKeys, setApart, sharpen, sizeOf } from "./lightbox-slide.js";
import { listenToTrash } from "./lightbox-trash.js";

/* The edge of the small pictures in images/variants.py. */
const THUMB_PX = 480;
const AHEAD = 6;
/* Where lightbox.css makes the caption one line. */
const LOW_PX = 480;

const linkOf = (photo) => photo.querySelector(".photo__link[href][data-preview]");
const allLinks = () => [...everyPhoto()].map(linkOf).filter(Boolean);

/* On a shelf addresses aren't resolved. */
function slide(link) {
  const picture = link.querySelector("img");
  const small = picture.getAttribute("src");
  const { preview, full, title } = link.dataset;
  const { width: wide, height: high } = sizeOf(picture);
  const thumbWide = Math.round(wide * Math.min(1, THUMB_PX / Math.max(wide, high)));
  return {
    element: link,
    page: new URL(link.getAttribute("href"), location).pathname,
    title: title ?? picture.alt,
    alt: picture.alt,
    msrc: small,
    thumbCropped: true,
    src: preview,
    srcset: thumbWide < wide ? `${small} ${thumbWide}w, ${preview} ${wide}w` : "",
    ...sizeOf(picture, full),
  };
}

function loadMore(viewer) {
  const more = document.querySelector(".photo-more [rel=next]");
  const near = viewer.currIndex >= viewer.getNumItems() - AHEAD;
  if (near && more && !more.classList.contains("htmx-request")) window.htmx?.trigger(more, "revealed");
}

function takeMore(viewer, slides) {
  const first = slides.length;
  const links = allLinks();
  slides.push(...links.slice(links.indexOf(slides.at(-1).element) + 1).map(slide));
  if (slides.length > first) viewer.refreshSlideContent(first);
}

/* Room for the buttons above and the caption below, so that neither lies on the photo. */
function padding({ y }, { element }) {
  const caption = element.dataset.description ? 116 : 72;
  return { top: y < LOW_PX ? 48 : 56, bottom: y < LOW_PX ? 40 : caption, left: 0, right: 0 };
}

/* `list` is the address of the page with the grid. */
export function open(link, parts, list) {
  const links = allLinks();
  const slides = links.map(slide);
  const words = parts.dataset;
  const titleBefore = document.title;
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
  const { trash } = furnish(viewer, parts);
  if (trash) listenToTrash(trash, viewer, slides, list);
  restrainKeys(viewer);
  viewer.on("change", () => {
    const { alt, title, element } = viewer.currSlide.data;
    viewer.element.setAttribute("aria-label", alt);
    document.title = title;
    bring(element.closest(".photo"));
    element.scrollIntoView({ block: "nearest" });
    loadMore(viewer);
  });
  viewer.on("zoomPanUpdate", ({ slide: { currZoomLevel, zoomLevels } }) => {
    if (currZoomLevel > zoomLevels.fit) sharpen(viewer.currSlide);
  });
  viewer.on("destroy", () => {
    setApart(viewer, false);
    document.title = titleBefore;
    viewer.currSlide.data.element.focus();
  });
  viewer.init();
  setApart(viewer, true);
  viewer.events.add(document, "htmx:afterSettle", () => takeMore(viewer, slides));
  return viewer;
}
