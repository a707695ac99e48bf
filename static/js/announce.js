/* Short words for everyone: shown for a moment and read out by screen readers. */
let timer;

export function announce(text) {
  /* Behind an open dialog nothing is read. */
  const region = document.querySelector("dialog[open] > .toast") ?? document.getElementById("live");
  if (!region || !text) return;
  const line = document.createElement("p");
  line.textContent = text;
  region.replaceChildren(line);
  clearTimeout(timer);
  timer = setTimeout(() => region.replaceChildren(), 4000);
}
