/* Starts the service worker, and tells it who is signed in and what the library needs to be seen offline. */
const link = document.querySelector('link[rel="manifest"]');
const { person } = document.body.dataset;
const isOld = "offline" in document.documentElement.dataset;
/* Before the lightbox changes it. */
const page = location.pathname + location.search;
const MOST_PHOTOS = 120;

const inSpareTime = window.requestIdleCallback ?? setTimeout;

/* Small pictures only: what fills a screen would fill the disk. */
function needs() {
  const photos = [...document.querySelectorAll(".photo-grid img")].slice(0, MOST_PHOTOS).map((photo) => photo.src);
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  return [...loaded.filter((url) => /\.(css|js|svg|woff2)$/.test(url)), ...photos]
    .map((url) => new URL(url))
    .filter(({ origin }) => origin === location.origin)
    .map(({ pathname, search }) => pathname + search);
}

async function start() {
  await navigator.serviceWorker.register(link.dataset.worker);
  const { active } = await navigator.serviceWorker.ready;
  const isLibrary = page === link.dataset.library && !navigator.connection?.saveData;
  inSpareTime(() => active.postMessage({ person, urls: isLibrary ? needs() : null }));
}

async function offerLibrary() {
  const offer = document.getElementById("offline-library");
  const names = offer ? await caches.keys() : [];
  if (names.some((name) => name.startsWith("private-"))) offer.hidden = false;
}

if (isOld) {
  offerLibrary();
} else if (link?.dataset.worker && "serviceWorker" in navigator) {
  const later = () => start().catch(() => {});
  if (document.readyState === "complete") later();
  else window.addEventListener("load", later);
}
