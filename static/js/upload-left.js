/* Queues that a page left unfinished. Each window has a queue of its own; one without a window goes on with the next page. */
import { recall, remember } from "./memory.js";

const MARK = "upload-left:";
const PATIENCE_MS = 1500;
const RESTORED_WITHIN_MS = 3000;
/* What finished in the last moment of a page may be missing in what Golden Retriever wrote. */
const MOST_FINISHED = 50;

const read = (id) => JSON.parse(recall(MARK + id)) ?? { left: 0, finished: [] };

/* Resolves with whether the queue belongs to this page now, which it does until the page goes. */
function take(id, options) {
  /* Locks exist on HTTPS and localhost only. */
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    const hold = (lock) => {
      resolve(Boolean(lock));
      return lock && new Promise(() => {});
    };
    navigator.locks.request(MARK + id, options, hold).catch(() => resolve(false));
  });
}

/* The name of an unfinished queue of the person that no other window has, or null. */
export async function takeLeft(person) {
  const first = `upload-${person}`;
  for (const key of Object.keys(localStorage)) {
    const id = key.startsWith(MARK) ? key.slice(MARK.length) : "";
    if ((id !== first && !id.startsWith(`${first}.`)) || !read(id).left) continue;
    if (await take(id, { signal: AbortSignal.timeout(PATIENCE_MS) })) return id;
  }
  return null;
}

/* The name of a queue: one that was left, or else a new one. */
export async function takeQueue(person) {
  let id = await takeLeft(person);
  for (let number = 0; !id; number += 1) {
    const free = number ? `upload-${person}.${number}` : `upload-${person}`;
    if (await take(free, { ifAvailable: true })) id = free;
  }
  return id;
}

/* What `read` finds in one of Golden Retriever's stores, or null. */
function inStore(name, read) {
  return new Promise((resolve) => {
    const opening = indexedDB.open("uppy-blobs");
    opening.onerror = () => resolve(null);
    opening.onsuccess = ({ target: { result: database } }) => {
      const done = (found) => {
        database.close();
        resolve(found);
      };
      if (!database.objectStoreNames.contains(name)) return done(null);
      const request = read(database.transaction(name).objectStore(name));
      request.onsuccess = () => done(request.result);
      request.onerror = () => done(null);
    };
  });
}

/* Keeps the mark of a queue, which the icon of the app shows too, and knows whether leaving the page would lose a photo. */
export class Left {
  #stored = new Set();
  #asking = false;

  constructor(uppy) {
    this.uppy = uppy;
    this.finished = read(uppy.getID()).finished;
    uppy.on("files-added", (files) => {
      const ids = new Set(files.map((file) => file.id));
      this.#mark(this.finished.filter((id) => !ids.has(id)));
      this.#ask();
    });
    uppy.on("upload-success", (file) => this.#mark([...this.finished, file.id].slice(-MOST_FINISHED)));
    for (const event of ["restored", "complete", "cancel-all", "file-removed"]) uppy.on(event, () => this.#mark());
    this.restored = new Promise((resolve) => uppy.once("restored", resolve)).then(() => this.#ask());
  }

  /* Golden Retriever puts what it kept in the place of all files, and doesn't tell when there is nothing. */
  async settle() {
    const late = new Promise((resolve) => setTimeout(resolve, RESTORED_WITHIN_MS));
    const kept = await inStore("metadata", (store) => store.get(this.uppy.getID()));
    if (kept?.expires > Date.now()) await Promise.race([this.restored, late]);
    this.#mark();
  }

  get #unfinished() {
    return this.uppy.getFiles().filter((file) => !file.progress.uploadComplete);
  }

  get loses() {
    return this.#unfinished.some((file) => !file.isGhost && !this.#stored.has(file.id));
  }

  #mark(finished = this.finished) {
    this.finished = finished;
    const left = this.#unfinished.length;
    remember(MARK + this.uppy.getID(), JSON.stringify({ left, finished }));
    navigator.setAppBadge?.(this.#unfinished.filter((file) => !file.error).length).catch(() => {});
  }

  /* Nobody tells when a file has been stored. What is too large never is. */
  async #ask() {
    if (this.#asking) return;
    this.#asking = true;
    for (let wait = 250; this.loses && wait < 60_000; wait *= 1.5) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      const queue = this.uppy.getID();
      const keys = await inStore("files", (store) => store.index("store").getAllKeys(queue));
      this.#stored = new Set(keys?.map((key) => key.slice(queue.length + 1)));
    }
    this.#asking = false;
  }
}
