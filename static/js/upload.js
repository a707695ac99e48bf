/* The upload page: the plain form becomes a queue. */
import { announce } from "./announce.js";
import { watchDrops } from "./upload-drop.js";
import { Queue } from "./upload-queue.js";

const form = document.getElementById("upload");
const part = (name) => document.getElementById(`queue-${name}`);
const picker = form.querySelector('input[type="file"]');
const NAMES = ["gallery", "new_gallery", "visibility", "lifetime", "expires_on"];
let galleryKey = "";
let ended = 0;

/* data-text-too-large="..." -> { tooLarge: "..." } */
const text = Object.fromEntries(
  Object.entries(form.dataset)
    .filter(([name]) => name.startsWith("text"))
    .map(([name, words]) => [name[4].toLowerCase() + name.slice(5), words]),
);

function fields() {
  const all = new FormData(form);
  return Object.fromEntries(NAMES.filter((name) => all.get(name)).map((name) => [name, all.get(name)]));
}

/* The new gallery exists now: the form names it, so that later files go there too. */
function onAnswer(answer, sent) {
  if (!answer.gallery) return;
  galleryKey = answer.gallery;
  if (sent.gallery !== "new") return;
  const select = form.elements.gallery;
  const option = new Option(sent.new_gallery ?? answer.gallery, answer.gallery, true, true);
  select.querySelector('option[value="new"]').before(option);
  form.elements.new_gallery.value = "";
}

function onChange() {
  const total = queue.items.length - queue.count("cancelled");
  const done = queue.count("done");
  const failed = queue.count("failed");
  const words = (failed ? text.countFailed : text.count)
    .replace("{done}", done)
    .replace("{total}", total)
    .replace("{failed}", failed);

  part("count").textContent = words;
  part("progress").value = total ? (done + failed) / total : 1;
  part("progress").hidden = !queue.busy;
  part("cancel").hidden = !queue.busy;
  part("library").hidden = queue.busy || !done || Boolean(galleryKey);
  part("gallery").hidden = queue.busy || !done || !galleryKey;
  part("gallery").href = form.dataset.galleryUrl.replace(form.dataset.gallerySlot, galleryKey);
  part("copy").hidden = queue.busy || done < 2;
  part("copy").dataset.copyText = queue.items.map((item) => item.answer?.url).filter(Boolean).join("\n");

  if (done + failed !== ended && (!queue.busy || (done + failed) % 5 === 0)) announce(words);
  ended = done + failed;
}

function add(files) {
  if (!files.length) return;
  part("rows").closest("section").hidden = false;
  form.classList.add("is-busy");
  queue.add(files);
}

const queue = new Queue({
  url: form.action,
  token: form.elements.csrfmiddlewaretoken.value,
  text,
  maxBytes: Number(form.dataset.maxBytes),
  list: part("rows"),
  fields,
  onAnswer,
  onChange,
});

form.classList.add("is-live");
form.querySelector("[data-plain]").hidden = true;
form.querySelector("[data-live]").hidden = false;
form.addEventListener("submit", (event) => event.preventDefault());
picker.required = false;
picker.addEventListener("change", () => {
  add([...picker.files]);
  picker.value = "";
});
part("cancel").addEventListener("click", () => queue.cancelAll());
watchDrops(form, add);
window.addEventListener("beforeunload", (event) => queue.busy && event.preventDefault());
