/* Short words for everyone: shown for a moment and read out by screen readers. */
const region = document.getElementById("live");
let timer;

export function announce(text) {
  if (!region || !text) return;
  const line = document.createElement("p");
  line.textContent = text;
  region.replaceChildren(line);
  clearTimeout(timer);
  timer = setTimeout(() => region.replaceChildren(), 4000);
}
