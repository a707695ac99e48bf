/* The viewer of one photo: it begins at full size, and a press shows the whole. */
import PhotoSwipe from "../vendor/photoswipe/photoswipe.esm.min.js";
import { icon, restrainKeys, setApart, sharpen, sizeOf } from "./lightbox-slide.js";

export function open(photo) {
  const picture = photo.querySelector("img");
  const { full, close, broken } = photo.dataset;
  const slide = { element: photo, alt: picture.alt, src: picture.currentSrc, msrc: picture.currentSrc, ...sizeOf(picture, full) };
  const viewer = new PhotoSwipe({
    dataSource: [slide],
    mainClass: "lightbox lightbox-zoom",
    bgOpacity: 1,
    showHideAnimationType: "fade",
    /* A photo that is smaller than the window is not blown up, one that is larger begins at its own size. */
    initialZoomLevel: ({ fit }) => Math.max(fit, 1),
    secondaryZoomLevel: ({ fit }) => fit,
    imageClickAction: "zoom",
    zoom: false,
    arrowPrev: false,
    arrowNext: false,
    counter: false,
    returnFocus: false,
    closeTitle: close,
    closeSVG: icon("close"),
    errorMsg: broken,
  });
  restrainKeys(viewer);
  viewer.on("openingAnimationEnd", () => sharpen(viewer.currSlide));
  viewer.on("destroy", () => {
    setApart(viewer, false);
    photo.focus({ preventScroll: true });
  });
  viewer.init();
  viewer.element.setAttribute("aria-label", slide.alt);
  setApart(viewer, true);
  return viewer;
}
