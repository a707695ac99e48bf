/* Style sheets that only some of those who open a page need; the result waits until they hold. */
function loadStyle(href) {
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = href;
  return new Promise((resolve, reject) => {
    sheet.onload = resolve;
    sheet.onerror = reject;
    document.head.append(sheet);
  });
}

/* Addresses with spaces between them. */
export const loadStyles = (addresses) => Promise.all(addresses.split(" ").map(loadStyle));
