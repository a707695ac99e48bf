/* Who signs out leaves nothing of unfinished uploads in this browser, nor of what it keeps for offline or was shared, nor
   where they have been in this tab. */
const OURS = /^(tus::|upload-left:)/;

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-sign-out]")) return;
  for (const key of Object.keys(localStorage)) if (OURS.test(key)) localStorage.removeItem(key);
  sessionStorage.clear();
  indexedDB.deleteDatabase("uppy-blobs");
  navigator.clearAppBadge?.().catch(() => {});
  window.caches?.keys().then((names) => names.filter((name) => !name.startsWith("shell-")).map((name) => caches.delete(name)));
});
