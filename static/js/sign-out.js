/* Who signs out leaves nothing of unfinished uploads in this browser, nor where they have been in this tab. */
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-sign-out]")) return;
  for (const key of Object.keys(localStorage)) if (key.startsWith("tus::")) localStorage.removeItem(key);
  sessionStorage.clear();
  indexedDB.deleteDatabase("uppy-blobs");
});
