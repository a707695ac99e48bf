/* In the place of the service worker when an instance has none: removes what an earlier one kept, and itself. */
self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  const remove = async () => {
    await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
    await self.registration.unregister();
  };
  event.waitUntil(remove());
});
