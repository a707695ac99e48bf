/* Photos that another app shared with this one. The service worker has put them aside (sw.js). */
const CACHE = "shared";
/* Whoever signs in later than that may be somebody else. */
const FRESH_MS = 3600 * 1000;

/* Resolves with the files, once; the page says that none came unless some have. */
export async function takeShared() {
  const notice = document.getElementById("shared-none");
  if (notice) history.replaceState(null, "", location.pathname);
  if (!window.caches || !(await caches.has(CACHE))) return [];
  const cache = await caches.open(CACHE);
  const files = [];
  for (const request of await cache.keys()) {
    const response = await cache.match(request);
    const [name, sharedAt] = ["X-Name", "X-Shared-At"].map((header) => response.headers.get(header));
    const type = response.headers.get("Content-Type");
    if (Date.now() - sharedAt < FRESH_MS) files.push(new File([await response.blob()], decodeURIComponent(name), { type }));
  }
  await caches.delete(CACHE);
  if (notice && files.length) notice.hidden = true;
  return files;
}
