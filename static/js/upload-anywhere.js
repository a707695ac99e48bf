/* Photos that are dropped or pasted on a page, and uploads that the page before left: all the rest is loaded when needed. */
import { watchDrops } from "./drops.js";
import { takeLeft } from "./upload-left.js";

const tray = document.getElementById("upload-tray");
const overlay = document.getElementById("drop-overlay");
const { dropUrl = tray.dataset.url, dropWords } = document.querySelector("[data-drop-url]")?.dataset ?? {};
/* Before the lightbox changes it. */
const page = location.href;
let opened = null;

/* What failed may go well the next time. */
function open(queue) {
  opened ??= import("./upload-tray.js").then(({ Tray }) => Tray.open(tray, { dropUrl, page, queue }));
  opened.catch(() => (opened = null));
  return opened;
}

/* Without the tray, for example after the session ended, the upload page itself says what is wrong. */
async function add(files) {
  if (!files.length) return;
  try {
    await (await open()).add(files);
  } catch {
    location.assign(dropUrl);
  }
}

async function goOn() {
  const queue = await takeLeft(document.body.dataset.person);
  if (queue) await open(queue);
}

/* A page with a field for files has its own way with them. */
if (!document.querySelector('#upload, input[type="file"]')) {
  if (dropWords) overlay.querySelector("span").textContent = dropWords;
  watchDrops({ mark: (over) => (overlay.hidden = !over), onFiles: add });
}
if (!document.getElementById("upload") && !("offline" in document.documentElement.dataset)) goOn().catch(() => {});
