/* What this browser remembers, and what this tab does; nothing where a browser keeps its storage closed. */
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
