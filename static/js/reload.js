/* A photo's page that was loaded under the address which the lightbox had given to a grid: going back loads the grid. */
const loaded = location.pathname;

window.addEventListener("popstate", () => {
  if (location.pathname !== loaded && !document.getElementById("lightbox")) location.reload();
});
