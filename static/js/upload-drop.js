/* Files that are dropped anywhere on the page, folders included, or pasted. */
function filesOfEntry(entry) {
  return new Promise((resolve) => {
    if (entry.isFile) {
      entry.file((file) => resolve([file]), () => resolve([]));
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

async function filesOfDrop(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const plain = [...transfer.files];
  if (!entries.some((entry) => entry.isDirectory)) return plain;
  return (await Promise.all(entries.map(filesOfEntry))).flat();
}

const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

/* Calls onFiles(files); the class is-over is on `element` while files hover over the page. */
export function watchDrops(element, onFiles) {
  let depth = 0;
  const mark = (change) => {
    depth = Math.max(0, depth + change);
    element.classList.toggle("is-over", depth > 0);
  };
  document.addEventListener("dragenter", (event) => carriesFiles(event) && mark(1));
  document.addEventListener("dragleave", (event) => carriesFiles(event) && mark(-1));
  document.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  document.addEventListener("drop", async (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    mark(-depth);
    onFiles(await filesOfDrop(event.dataTransfer));
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) onFiles(files);
  });
}
