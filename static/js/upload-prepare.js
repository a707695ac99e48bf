/* What happens to a file before its first byte leaves: is it a photo, is it here already, can it be smaller? */
import { inBatches } from "./batches.js";
import { SignedOut } from "./upload-server.js";
import { typeOf } from "./upload-types.js";

export const SMALLER_PIXELS = 2560;
const SHRINKABLE = ["jpeg", "png"];

export class Preparation {
  /* What is known about some bytes: { type, sha256, seen }; `seen` is the same photo in the library, or null. */
  #facts = new WeakMap();

  constructor(uppy, { workers, server, smaller, text }) {
    Object.assign(this, { uppy, workers, smaller, text });
    this.known = inBatches((hashes) => server.known(hashes), { most: 500, wait: 200 });
    this.place = inBatches((pairs) => server.place(pairs), { most: 500, wait: 200 });
    uppy.on("files-added", (files) => files.forEach((file) => this.#inspect(file)));
    uppy.addPreProcessor((ids) => Promise.all(ids.map((id) => this.#prepare(id))));
  }

  facts(blob) {
    if (!this.#facts.has(blob)) this.#facts.set(blob, this.#find(blob));
    return this.#facts.get(blob);
  }

  async #find(blob) {
    const type = await typeOf(blob);
    if (!type) return { type };
    const sha256 = await this.workers.run("hash", { blob });
    /* Whoever doesn't know uploads; the server looks once more at the end. */
    const seen = await this.known(sha256).catch(() => null);
    return { type, sha256, seen };
  }

  /* Right after it was added, so that people see it before they start. */
  async #inspect(file) {
    try {
      const { type, seen } = await this.facts(file.data);
      if (this.uppy.getFile(file.id)?.data !== file.data) return;
      if (!type) this.#refuse(file);
      else if (seen) this.uppy.emit("photo-seen", file, seen);
    } catch (error) {
      this.uppy.log(error, "warning");
    }
  }

  #refuse(file) {
    this.uppy.removeFile(file.id);
    this.uppy.emit("restriction-failed", file, new Error(this.text.notAPhoto));
  }

  async #prepare(id) {
    try {
      await this.#settle(this.uppy.getFile(id));
    } catch (error) {
      this.uppy.log(error, "warning");
      const words = error instanceof SignedOut ? this.text.signedOut : this.text.failed;
      this.uppy.emit("upload-error", this.uppy.getFile(id), new Error(words));
    }
  }

  async #settle(file) {
    const facts = await this.facts(file.data);
    if (!this.uppy.getFile(file.id)) return;
    if (!facts.type) {
      this.#refuse(file);
    } else if (facts.seen) {
      await this.#skip(file, facts.seen);
    } else if (this.smaller() && SHRINKABLE.includes(facts.type) && !file.saved) {
      await this.#shrink(file, facts);
    } else {
      this.#aim(file, facts);
    }
  }

  /* No byte is sent; the photo that is there goes into the gallery. */
  async #skip(file, seen) {
    const { gallery } = file.meta;
    if (gallery) await this.place({ gallery, key: seen.id });
    this.uppy.emit("upload-success", file, { status: 200, uploadURL: seen.page_url, body: { seen } });
  }

  async #shrink(file, facts) {
    const details = { blob: file.data, type: facts.type, pixels: SMALLER_PIXELS };
    const blob = await this.workers.run("shrink", details).catch(() => null);
    if (!this.uppy.getFile(file.id)) return;
    if (!blob) {
      this.#aim(file, facts);
      return;
    }
    const name = file.name.replace(/\.png$/i, ".jpg");
    const data = new File([blob], name, { type: blob.type, lastModified: file.data.lastModified });
    const meta = { ...file.meta, name, type: blob.type };
    this.uppy.setFileState(file.id, { data, name, meta, type: blob.type, size: blob.size, saved: file.size - blob.size });
    await this.#settle(this.uppy.getFile(file.id));
  }

  /* The fragment is never sent. It makes tus go on with an unfinished upload only for the same bytes and choices. */
  #aim(file, { sha256 }) {
    const { door, visibility, expires } = file.meta;
    const endpoint = `${door}#${[sha256, visibility, expires].join(".")}`;
    const tus = file.tus?.endpoint === endpoint ? file.tus : { endpoint };
    this.uppy.setFileState(file.id, { tus });
  }
}
