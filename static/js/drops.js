/* Files that are dropped anywhere on the page, folders included, or pasted. */
function filesOfEntry(entry) {
  return new Promise((resolve) => {
    if (entry.isFile) {
      entry.file((file) => resolve([Object.assign(file, { relativePath: entry.fullPath })]), () => resolve([]));
      return;
    }
    const reader = entry.createReader();
    const found = [];
    const readOn = () => reader.readEntries(async (entries) => {
      for (const child of entries) {
        if (!child.name.startsWith(".")) found.push(...await filesOfEntry(child));
      }
      if (entries.length) readOn();
      else resolve(found);
    }, () => resolve(found));
    readOn();
  });
}

/* The transfer is empty once its event is over, so all is taken before the first await. */
async function filesOfDrop(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const plain = [...transfer.files];
  if (!entries.some((entry) => entry.isDirectory)) return plain;
  return (await Promise.all(entries.map(filesOfEntry))).flat();
}

/* A picture of the page that is dragged carries a file too. */
let isOwn = false;
const carriesFiles = (event) => !isOwn && [...(event.dataTransfer?.types ?? [])].includes("Files");

/* Calls onFiles(files), and mark(true or false) as files hover over the page. No other part of the page sees them. */
export function watchDrops({ mark, onFiles }) {
  document.addEventListener("dragstart", () => (isOwn = true), true);
  /* The end isn't told if what was dragged has left the page. */
  for (const type of ["dragend", "pointermove"]) document.addEventListener(type, () => (isOwn = false), true);
  let depth = 0;
  const count = (change) => {
    depth = Math.max(0, depth + change);
    mark(depth > 0);
  };
  const on = (name, act) => document.addEventListener(name, (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    act(event);
  }, true);
  on("dragenter", () => count(1));
  on("dragleave", () => count(-1));
  on("dragover", () => {});
  on("drop", async (event) => {
    count(-depth);
    onFiles(await filesOfDrop(event.dataTransfer));
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    /* Tables and texts are copied as a picture too. */
    const isWriting = event.target.closest?.("input, textarea") && event.clipboardData.types.includes("text/plain");
    if (!files.length || isWriting) return;
    event.preventDefault();
    event.stopPropagation();
    onFiles(files);
  }, true);
}
