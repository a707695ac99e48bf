/* The token without which the server takes no form. Each sign-in changes it, in whatever tab; a page has that of its time. */
import { isOfSomebodyElse } from "./person.js";

const NAME = "csrfmiddlewaretoken";
const FIELD = new RegExp(`name="${NAME}" value="(\\w+)"`);

async function ask(url, isFor) {
  const answer = await fetch(url, { cache: "no-store" });
  const page = answer.ok ? await answer.text() : "";
  return isFor(page) ? page.match(FIELD)?.[1] : null;
}

/* Gives all forms of this page the token that the page at `url` has now, and resolves with whether it has one. A session
 * of another person gives none: what is on this page isn't theirs. */
export async function renew(url, { isFor = (page) => !isOfSomebodyElse(page) } = {}) {
  const token = await ask(url, isFor).catch(() => null);
  if (token) for (const field of document.getElementsByName(NAME)) field.value = token;
  return Boolean(token);
}

/* The token of an upload form, for as long as its page is open. */
export class Token {
  #renewing = null;
  isStale = false;

  /* Through a share link it doesn't matter who is signed in: the photos go to the owner of the link. */
  constructor(form, { isGuest = false } = {}) {
    this.field = form.elements[NAME];
    this.renew = () => (isGuest ? renew(location.href, { isFor: () => true }) : renew(form.action));
  }

  /* The old one where there is no new one: the server refuses it. */
  async now() {
    if (this.isStale) {
      this.#renewing ??= this.renew().then((renewed) => {
        this.isStale = !renewed;
        this.#renewing = null;
      });
    }
    await this.#renewing;
    return this.field.value;
  }
}
