/* The tray at the lower edge: what is going on with the uploads, on whatever page the person is. */
import { makeDialog } from "./upload-dialog.js";
import { Grid } from "./upload-grid.js";

/* Folders are added in parts, and go together. */
const GATHER_MS = 100;
const rules = new Intl.PluralRules(document.documentElement.lang);

export class Tray {
  #refused = 0;
  #startsAlone = false;
  #timer = null;

  static async open(element, { dropUrl, page, queue }) {
    const tray = new Tray(element);
    tray.#show("going", element.dataset.textPreparing);
    try {
      await tray.#fill(dropUrl, page, queue);
    } catch (error) {
      element.hidden = true;
      throw error;
    }
    return tray;
  }

  constructor(element) {
    this.element = element;
    this.text = element.dataset;
  }

  #part(name) {
    return this.element.querySelector(`[data-tray="${name}"]`);
  }

  async #fill(dropUrl, page, queue) {
    Object.assign(this, await makeDialog(dropUrl, queue), { grid: new Grid(page) });
    const { uppy, dialog } = this;
    this.words = JSON.parse(this.form.dataset.trayWords);
    uppy.on("files-added", () => this.#gather());
    uppy.on("photos-progress", (now) => this.#progress(now));
    uppy.on("upload-success", () => this.grid.soon());
    uppy.on("complete", () => this.#end());
    /* What was kept may come late on a slow device. */
    for (const event of ["file-removed", "restored"]) uppy.on(event, () => this.#rest());
    uppy.on("restriction-failed", (file) => {
      if (file && uppy.getFile(file.id)) return;
      this.#refused += 1;
      this.#rest();
      if (!this.uppy.busy) this.#say();
    });
    dialog.addEventListener("close", () => this.#settle());
    this.#part("open").addEventListener("click", () => dialog.showModal());
    this.#part("retry").addEventListener("click", () => uppy.retryAll());
    this.#part("cancel").addEventListener("click", () => this.#cancel());
    this.#part("close").addEventListener("click", () => this.#hide());
    this.#rest();
  }

  /* With what the person has chosen once for all, and the gallery of the page; over the open queue the person starts. */
  async add(files) {
    if (!this.uppy.busy) {
      this.#refused = 0;
      this.uppy.removeFiles(this.uppy.getFiles().filter((file) => file.progress.uploadComplete).map((file) => file.id));
    }
    this.#startsAlone = !this.dialog.open;
    await this.addFiles(files);
  }

  #gather() {
    this.#rest();
    if (!this.#startsAlone) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      await this.uppy.upload();
      if (this.#count().waiting && !this.uppy.busy) this.dialog.showModal();
    }, GATHER_MS);
  }

  /* Its buttons hide what has the focus. */
  #hide() {
    const held = this.element.contains(document.activeElement);
    this.element.hidden = true;
    if (held) document.getElementById("main").focus({ preventScroll: true });
  }

  #cancel() {
    this.uppy.cancelAll();
    this.#hide();
  }

  #count() {
    const files = this.uppy.getFiles();
    const failed = files.filter((file) => file.error).length;
    const done = files.filter((file) => file.progress.uploadComplete && !file.error);
    const seen = done.filter((file) => file.response?.body?.seen && !file.meta.gallery).length;
    const waiting = files.length - failed - done.length;
    return { failed: failed + this.#refused, added: done.length - seen, seen, waiting };
  }

  #words(name, count) {
    return this.words[name][rules.select(count)].replace("{count}", count);
  }

  #show(state, words, more = "") {
    this.element.hidden = false;
    this.element.dataset.state = state;
    this.#part("count").textContent = words;
    this.#part("rate").textContent = more;
    const icon = { going: "upload", waiting: "upload", done: "check", failed: "alert" }[state];
    this.#part("icon").setAttribute("href", `#i-${icon}`);
    this.#part("bar").hidden = state !== "going";
    this.#part("cancel").hidden = state !== "going" && state !== "waiting";
    this.#part("close").hidden = !this.#part("cancel").hidden;
    this.#part("retry").hidden = state !== "failed" || !this.uppy?.getFiles().some((file) => file.error);
  }

  #progress({ words, rate, bytes, sent }) {
    if (!this.uppy.busy) return;
    this.#show("going", words, rate);
    this.#part("show").hidden = true;
    if (sent) this.#part("bar").value = sent / bytes;
    else this.#part("bar").removeAttribute("value");
  }

  /* When nothing is on its way. */
  #rest() {
    if (this.uppy.busy) return;
    const { failed, added, seen, waiting } = this.#count();
    const counts = [["added", added], ["failed", failed], ["waiting", waiting], ["seen", seen]];
    const words = counts.filter(([, count]) => count);
    const [first, ...others] = words.map(([name, count]) => this.#words(name, count));
    if (first) this.#show(failed ? "failed" : waiting ? "waiting" : "done", first, others.join(" · "));
    else this.element.hidden = true;
  }

  #say() {
    if (!this.dialog.open) this.#part("said").textContent = this.#part("count").textContent;
  }

  async #end() {
    this.#rest();
    this.#say();
    const last = this.uppy.getFiles().findLast((file) => file.progress.uploadComplete);
    const { galleryUrl, gallerySlot } = this.form.dataset;
    const { gallery } = last?.meta ?? {};
    const where = gallery ? galleryUrl.replace(gallerySlot, gallery) : this.text.library;
    this.#part("show").href = where;
    this.#part("show").hidden = !last || new URL(this.grid.page).pathname === where;
    if (last) await this.grid.refresh();
    this.#settle();
  }

  #settle() {
    if (this.grid.hasBegun && !this.dialog.open && !this.uppy.busy) location.reload();
  }
}
