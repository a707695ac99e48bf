/* Turns the plain form into the queue: on the upload page, and in the dialog of other pages. */
import { watchDrops } from "./drops.js";
import { recall, remember } from "./memory.js";
import { Token } from "./token.js";
import { Choices } from "./upload-choices.js";
import { takeQueue } from "./upload-left.js";
import { Preparation, SMALLER_PIXELS } from "./upload-prepare.js";
import { Progress } from "./upload-progress.js";
import { tellRefusals } from "./upload-refusals.js";
import { Results } from "./upload-results.js";
import { Server } from "./upload-server.js";
import { makeQueue } from "./upload-uppy.js";
import { Workers } from "./upload-workers.js";

const SIZE = "upload-size";

/* data-text-too-large="..." -> { tooLarge: "..." } */
function textOf(form) {
  const entries = Object.entries(form.dataset).filter(([name]) => name.startsWith("text"));
  return Object.fromEntries(entries.map(([name, words]) => [name[4].toLowerCase() + name.slice(5), words]));
}

/* The choice between originals and smaller copies is this browser's; originals to begin with. */
function sizeChoice(form) {
  const select = form.querySelector("[data-size]");
  select.value = recall(SIZE) ?? "";
  if (select.selectedIndex < 0) select.value = "";
  select.addEventListener("change", () => remember(SIZE, select.value));
  return () => select.value === String(SMALLER_PIXELS);
}

const makeOwn = (form, token) => new Server(form, token);

/* `queue` is the name of one that this page has taken already; a guest's stays on its page. */
export async function enhance(form, { queue, makeServer = makeOwn, Chosen = Choices, isGuest = false } = {}) {
  const id = queue ?? (await takeQueue(form.dataset.person));
  const token = new Token(form, { isGuest });
  const server = makeServer(form, token);
  const part = (name) => form.querySelector(`#upload-${name}`);
  const text = textOf(form);
  const words = JSON.parse(form.dataset.words);
  const choices = new Chosen(form, { server, text });
  for (const plain of form.querySelectorAll("[data-plain]")) plain.remove();
  for (const live of form.querySelectorAll("[data-live]")) live.hidden = false;
  const uppy = makeQueue(form, { id, target: part("dashboard"), words, text, token, choices: () => choices.read() });
  const workers = new Workers(form.dataset.worker);
  new Preparation(uppy, { workers, server, smaller: sizeChoice(form), text });
  const results = new Results(uppy, { list: part("rows"), template: part("row"), text });
  new Progress(uppy, { form, part, results, text });
  tellRefusals(uppy, form);

  const addFiles = (files) => uppy.getPlugin("Dashboard").addFiles(files);
  form.addEventListener("submit", (event) => event.preventDefault());
  /* What this browser has stored goes on by itself on the next page. */
  window.addEventListener("beforeunload", (event) => {
    if (uppy.busy && (isGuest || uppy.left.loses)) event.preventDefault();
  });
  /* Who cancels in the moment that a photo arrives is told by tus that there is nothing to cancel. */
  window.addEventListener("unhandledrejection", (event) => {
    if (event.reason?.originalRequest?.getMethod() === "DELETE") event.preventDefault();
  });
  await uppy.left.settle();
  form.classList.add("is-live");
  return { uppy, addFiles };
}

/* What the account holds now. */
async function showUsage() {
  if (!document.querySelector(".usage")) return;
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const usage = page.querySelector(".usage");
  if (usage) document.querySelector(".usage").replaceWith(usage);
}

/* Files that are dropped or pasted anywhere on the page. */
export async function enhancePage(form, other) {
  const { uppy, addFiles } = await enhance(form, other);
  uppy.on("complete", showUsage);
  watchDrops({ mark: (over) => form.classList.toggle("is-over", over), onFiles: addFiles });
  return { uppy, addFiles };
}
