/* What the upload page asks the server besides the uploads themselves. */
import { isOfSomebodyElse } from "./person.js";

const SIGNED_OUT = [401, 403];

export class SignedOut extends Error {}

export class Server {
  constructor(form, token) {
    Object.assign(this, { urls: form.dataset, token });
  }

  async #send(url, body, headers) {
    const token = await this.token.now();
    return fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token, ...headers } });
  }

  async #post(url, body, headers) {
    let answer = await this.#send(url, body, headers);
    if (SIGNED_OUT.includes(answer.status)) {
      this.token.isStale = true;
      answer = await this.#send(url, body, headers);
    }
    if (SIGNED_OUT.includes(answer.status)) throw new SignedOut();
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
    return answer;
  }

  /* A form leads to a page: that of the sign-in where the session has ended. */
  async #postForm(url, body) {
    const answer = await this.#post(url, body);
    if (isOfSomebodyElse(await answer.text())) throw new SignedOut();
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
      await this.#postForm(this.urls.placeUrl, new URLSearchParams([["gallery", gallery], ...keys]));
    }
    return () => true;
  }

  /* The key of a new gallery. */
  async makeGallery(title) {
    const body = new URLSearchParams({ title, visibility: this.urls.galleryVisibility });
    const { url } = await this.#postForm(this.urls.newGalleryUrl, body);
    return new URL(url).pathname.match(/^\/g\/(\w+)$/)[1];
  }
}
