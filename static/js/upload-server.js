/* What the upload page asks the server besides the uploads themselves. */
import { isOfSomebodyElse } from "./person.js";

export class Server {
  constructor(form) {
    this.urls = form.dataset;
    this.token = form.elements.csrfmiddlewaretoken.value;
  }

  async #post(url, body, headers) {
    const answer = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": this.token, ...headers } });
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
    return answer;
  }

  /* A function from SHA-256 to the person's own photo with these bytes, or null. */
  async known(hashes) {
    const body = JSON.stringify({ sha256: hashes });
    const answer = await this.#post(this.urls.knownUrl, body, { "Content-Type": "application/json" });
    const { known } = await answer.json();
    return (hash) => known[hash] ?? null;
  }

  /* Puts photos that exist into galleries: a list of { gallery, key }. */
  async place(pairs) {
    for (const [gallery, some] of Map.groupBy(pairs, (pair) => pair.gallery)) {
      const keys = some.map(({ key }) => ["keys", key]);
      const answer = await this.#post(this.urls.placeUrl, new URLSearchParams([["gallery", gallery], ...keys]));
      if (isOfSomebodyElse(await answer.text())) throw new Error("The session has ended.");
    }
    return () => true;
  }

  /* The key of a new gallery. */
  async makeGallery(title) {
    const body = new URLSearchParams({ title, visibility: this.urls.galleryVisibility });
    const { url } = await this.#post(this.urls.newGalleryUrl, body);
    return new URL(url).pathname.match(/^\/g\/(\w+)$/)[1];
  }
}
