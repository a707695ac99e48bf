/* Uppy, but each file goes as soon as it is ready: Uppy itself prepares a whole batch before its first byte leaves. */
import { Uppy } from "../vendor/uppy/uppy.js";
import { Left } from "./upload-left.js";

/* Three upload at once (upload-uppy.js); the others are being hashed or made smaller meanwhile. */
const LANES = 6;
/* Adding costs more the more there are, so a folder is added in parts that leave time for the page. */
const ADDED_AT_ONCE = 250;
const SAVE_MS = 300;

const pause = () => new Promise((resolve) => setTimeout(resolve));

export class Queue extends Uppy {
  #queued = [];
  #lanes = 0;
  #frame = null;
  #change = null;
  #asking = false;

  /* `choices()` resolves with what the form says, or null if the form has to be mended first. */
  constructor({ choices, text, ...options }) {
    super(options);
    this.choices = choices;
    this.text = text;
    this.left = new Left(this);
    this.on("restored", () => this.#goOn());
    /* One failed file is told by its own line; the bar says so when all have ended. */
    this.on("upload-error", () => this.busy && this.setState({ error: null }));
  }

  get busy() {
    return this.#lanes > 0;
  }

  async addFiles(files) {
    for (let at = 0; at < files.length; at += ADDED_AT_ONCE) {
      try {
        super.addFiles(files.slice(at, at + ADDED_AT_ONCE));
      } catch (error) {
        this.log(error, "warning");
      }
      await pause();
    }
  }

  /* Drawing and saving go through all files each time; Uppy would do so at every step of every file. */
  updateAll() {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      super.updateAll(this.getState());
    });
  }

  emit(event, ...details) {
    if (event !== "state-update") {
      super.emit(event, ...details);
      return;
    }
    const [before] = details;
    this.#change ??= setTimeout(() => {
      this.#change = null;
      super.emit(event, before, this.getState());
    }, SAVE_MS);
  }

  async upload() {
    if (this.#asking) return;
    this.#asking = true;
    const chosen = await this.choices().finally(() => (this.#asking = false));
    if (!chosen) return;
    const files = this.getFiles().filter((file) => !file.progress.uploadStarted && !file.error && !file.isGhost);
    this.#patch(files, (file) => ({ meta: { ...chosen, ...file.meta } }));
    await this.#enqueue(files);
  }

  retryAll() {
    return this.#enqueue(this.getFiles().filter((file) => file.error));
  }

  retryUpload(id) {
    return this.#enqueue([this.getFile(id)]);
  }

  /* What had begun goes on by itself, each file at the byte where it was; what had not waits for its person. */
  #goOn() {
    this.setState({ currentUploads: {} });
    const { finished } = this.left;
    const isDone = (file) => file.progress.uploadComplete || finished.includes(file.id);
    const [done, rest] = [this.getFiles().filter(isDone), this.getFiles().filter((file) => !isDone(file))];
    const whole = { uploadComplete: true, complete: true, percentage: 100 };
    this.#patch(done, (file) => ({ isGhost: false, progress: { ...file.progress, ...whole, bytesUploaded: file.size } }));
    this.#patch(rest, (file) => ({ isPaused: false, progress: { ...file.progress, uploadStarted: null } }));
    const begun = rest.filter((file) => file.meta.door && !file.isGhost && !file.error);
    if (begun.length === rest.length) this.setState({ recoveredState: null });
    this.#enqueue(begun);
  }

  #patch(files, change) {
    this.patchFilesState(Object.fromEntries(files.map((file) => [file.id, change(file)])));
  }

  #enqueue(files) {
    if (!files.length) return Promise.resolve();
    const progress = { uploadStarted: Date.now(), uploadComplete: false, bytesUploaded: 0 };
    this.setState({ error: null });
    this.#patch(files, (file) => ({ error: null, progress: { ...progress, bytesTotal: file.size } }));
    this.#queued.push(...files.map((file) => file.id));
    return Promise.all(Array.from({ length: LANES - this.#lanes }, () => this.#lane()));
  }

  async #lane() {
    this.#lanes += 1;
    while (this.#queued.length) {
      const id = this.#queued.shift();
      if (this.getFile(id)) await super.retryUpload(id).catch((error) => this.log(error, "warning"));
    }
    this.#lanes -= 1;
    if (this.busy) return;
    const files = this.getFiles();
    const failed = files.filter((file) => file.error);
    if (failed.length) this.setState({ error: this.text.someFailed });
    this.emit("complete", { successful: files.filter((file) => !file.error), failed });
  }
}
