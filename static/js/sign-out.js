/* Who signs out leaves nothing of unfinished uploads in this browser. */
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-sign-out]")) return;
  for (const key of Object.keys(localStorage)) if (key.startsWith("tus::")) localStorage.removeItem(key);
  indexedDB.deleteDatabase("uppy-blobs");
});
