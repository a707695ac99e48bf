/* The choice of light or dark takes effect at once; the server remembers it for the next page. */
function apply(theme) {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  document.querySelector('meta[name="color-scheme"]').content = theme === "system" ? "light dark" : theme;
  for (const meta of document.querySelectorAll('meta[name="theme-color"]')) {
    const { scheme } = meta.dataset;
    if (theme === "system") meta.media = `(prefers-color-scheme: ${scheme})`;
    else meta.media = scheme === theme ? "all" : "not all";
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-theme-choice]");
  if (!form || !event.submitter) return;
  event.preventDefault();
  const { value } = event.submitter;
  apply(value);
  for (const button of form.elements.theme) button.ariaPressed = String(button.value === value);
  fetch(form.action, { method: "POST", body: new URLSearchParams({ theme: value }), redirect: "manual" }).catch(() => {});
});
