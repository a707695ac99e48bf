/* The line above the results: how many, how fast, how long still; and where to go when all is done. */
import { show } from "./toasts.js";
import { sizeText, speedText, timeText } from "./units.js";

const TICK_MS = 1000;
/* How much of the speed of the last second counts. */
const FRESH = 0.3;

export class Progress {
  #timer = null;
  #speed = 0;
  #sent = 0;

  constructor(uppy, { form, part, results, text }) {
    Object.assign(this, { uppy, form, part, results, text });
    uppy.on("upload", () => this.#start());
    uppy.on("complete", () => this.#stop());
    for (const event of ["restriction-failed", "photo-seen"]) uppy.on(event, () => this.part("results").hidden = false);
    window.addEventListener("offline", () => uppy.busy && show(text.waitsForNetwork));
  }

  #count() {
    const files = this.uppy.getFiles();
    const sum = (number) => files.reduce((total, file) => total + (number(file) || 0), 0);
    return {
      total: files.length,
      done: sum((file) => file.progress.uploadComplete),
      failed: sum((file) => Boolean(file.error)),
      bytes: sum((file) => file.progress.bytesTotal),
      sent: sum((file) => file.progress.bytesUploaded),
      saved: sum((file) => file.saved),
    };
  }

  #words({ total, done, failed, saved }) {
    const words = (failed ? this.text.countFailed : this.text.count)
      .replace("{done}", done)
      .replace("{total}", total)
      .replace("{failed}", failed);
    return saved ? `${words} · ${this.text.saved.replace("{size}", sizeText(saved))}` : words;
  }

  #start() {
    if (this.#timer) return;
    this.part("results").hidden = false;
    this.part("ends").hidden = true;
    this.#speed = 0;
    this.#sent = this.#count().sent;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#tick();
  }

  #tick() {
    const now = this.#count();
    const fresh = Math.max(0, now.sent - this.#sent) / (TICK_MS / 1000);
    this.#speed = this.#speed ? this.#speed * (1 - FRESH) + fresh * FRESH : fresh;
    this.#sent = now.sent;
    const words = this.#words(now);
    this.part("count").textContent = words;
    const left = (now.bytes - now.sent) / this.#speed;
    const rest = this.#speed > 0 && left > 0
      ? this.text.rate.replace("{speed}", speedText(this.#speed)).replace("{time}", timeText(left))
      : "";
    const rate = navigator.onLine ? rest : this.text.waitsForNetwork;
    this.part("rate").textContent = rate;
    this.uppy.emit("photos-progress", { ...now, words, rate });
  }

  #stop() {
    clearInterval(this.#timer);
    this.#timer = null;
    const now = this.#count();
    const words = this.#words(now);
    this.part("count").textContent = words;
    this.part("rate").textContent = "";
    if (this.part("library")) this.#showEnds(now);
    /* The tray has its own words. */
    if (now.total && this.form.checkVisibility()) show(words);
  }

  #showEnds({ done }) {
    const gallery = this.uppy.getFiles().findLast((file) => file.progress.uploadComplete)?.meta.gallery ?? "";
    const { galleryUrl, gallerySlot } = this.form.dataset;
    const links = [...this.results.links.values()].filter(Boolean);
    this.part("ends").hidden = !done;
    this.part("library").hidden = Boolean(gallery);
    this.part("gallery").hidden = !gallery;
    this.part("gallery").href = galleryUrl.replace(gallerySlot, gallery);
    this.part("copy").hidden = links.length < 2;
    this.part("copy").dataset.copyText = links.join("\n");
  }
}
