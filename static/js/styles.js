/* Style sheets that only some of those who open a page need; the result waits until they hold. Those that the page has are left out. */
function loadStyle(href) {
  if (document.head.querySelector(`link[rel="stylesheet"][href="${CSS.escape(href)}"]`)) return null;
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = href;
  return new Promise((resolve, reject) => {
    sheet.onload = resolve;
    sheet.onerror = reject;
    document.head.append(sheet);
  });
}

export const loadStyles = (addresses) => Promise.all(addresses.map(loadStyle));
