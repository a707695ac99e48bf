/* What became of each file, one line each; it stays when the queue is emptied. */
import { sizeText } from "./units.js";

/* The server says in JSON why it refused; everything else is about the connection or the session. What it says of a
 * session that has ended is for scripts. */
function reason(error, response, text) {
  const request = response?.body?.xhr;
  if (!request?.status) return request || error.isNetworkError ? text.offline : error.message;
  if (request.status === 401) return text.signedOut;
  try {
    return JSON.parse(request.responseText).message;
  } catch {
    if (request.status === 413) return text.tooLarge;
    if (request.status === 429) return text.tooOften;
    return request.status < 500 ? text.signedOut : text.failed;
  }
}

export class Results {
  #rows = new Map();
  /* Direct links of this visit's photos, by file. */
  links = new Map();

  constructor(uppy, { list, template, text }) {
    Object.assign(this, { uppy, list, template, text });
    uppy.on("restriction-failed", (file, error) => this.#refused(file, error));
    uppy.on("photo-seen", (file, seen) => this.#seen(file, seen));
    uppy.on("upload-success", (file, response) => this.#done(file, response.body));
    uppy.on("upload-error", (file, error, response) => this.#failed(file, error, response));
    uppy.on("file-removed", (file) => this.#removed(file));
    list.addEventListener("click", (event) => {
      const id = event.target.closest("[data-retry]")?.closest("li").dataset.file;
      if (id) uppy.retryUpload(id);
    });
  }

  #show(file, state, words, { page = "", link = "" } = {}) {
    const row = this.#rows.get(file.id) ?? this.template.content.firstElementChild.cloneNode(true);
    const part = (name) => row.querySelector(`[data-part="${name}"]`);
    row.dataset.file = file.id;
    row.dataset.state = state;
    part("icon").setAttribute("href", state === "failed" || state === "refused" ? "#i-alert" : "#i-check");
    part("name").textContent = file.name;
    part("name").toggleAttribute("href", Boolean(page));
    if (page) part("name").href = page;
    part("state").textContent = words;
    part("copy").hidden = !link;
    part("copy").dataset.copyText = link;
    part("retry").hidden = state !== "failed";
    for (const name of ["copy", "retry"]) part(name).setAttribute("aria-label", `${part(name).title}: ${file.name}`);
    this.#rows.set(file.id, row);
    if (!row.isConnected) this.list.append(row);
  }

  /* A file that is in the queue already isn't worth a word. */
  #refused(file, error) {
    if (file && !this.uppy.getFile(file.id)) this.#show(file, "refused", error.message);
  }

  #seen(file, seen) {
    this.#show(file, "seen", this.text.seen, { page: seen.page_url });
  }

  #done(file, { xhr, seen }) {
    const header = (name) => xhr?.getResponseHeader(name) ?? "";
    const page = seen?.page_url ?? header("X-Page-Url");
    const link = seen ? new URL(seen.page_url, location.href).href : header("X-Image-Url");
    const { saved } = this.uppy.getFile(file.id) ?? file;
    const words = seen || header("X-Image-Duplicate") ? this.text.seen : this.text.done;
    const savedWords = saved && this.text.saved.replace("{size}", sizeText(saved));
    this.links.set(file.id, link);
    this.#show(file, "done", [words, savedWords].filter(Boolean).join(" · "), { page, link });
    if (this.uppy.getFile(file.id)) this.uppy.setFileState(file.id, { uploadURL: page });
  }

  #failed(file, error, response) {
    if (!file) return;
    const words = reason(error, response, this.text);
    this.uppy.setFileState(file.id, { error: words });
    this.#show(file, "failed", words);
  }

  /* What was taken out before it went, or after it failed, has no result. */
  #removed(file) {
    const row = this.#rows.get(file.id);
    if (!row || row.dataset.state === "done") return;
    row.remove();
    this.#rows.delete(file.id);
  }
}
