/* What this browser remembers, and what this tab does; nothing where a browser keeps its storage closed. */
const YEAR_SECONDS = 365 * 24 * 3600;
const stores = { browser: "localStorage", tab: "sessionStorage" };

export function recall(name, where = "browser") {
  try {
    return window[stores[where]].getItem(name);
  } catch {
    return null;
  }
}

export function remember(name, value, where = "browser") {
  try {
    if (value === null) window[stores[where]].removeItem(name);
    else window[stores[where]].setItem(name, value);
  } catch {
    return;
  }
}

/* What the server has to know before it draws a page. Null forgets it. */
export function tellServer(name, value) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  const seconds = value === null ? 0 : YEAR_SECONDS;
  document.cookie = `${name}=${value}; path=/; max-age=${seconds}; samesite=lax${secure}`;
}
