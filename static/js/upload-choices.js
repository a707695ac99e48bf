/* What the form says about the photos: the door they go through, who sees them, and until when. */
import { SignedOut } from "./upload-server.js";

export class Choices {
  constructor(form, { server, text }) {
    Object.assign(this, { form, server, text });
  }

  /* Resolves with what each file carries, or with null after pointing at the field to mend. */
  async read() {
    const { gallery, new_gallery: title, lifetime, expires_on: moment, visibility } = this.form.elements;
    if (gallery.value === "new" && !(await this.#makeGallery(gallery, title))) return null;
    const expires = lifetime.value === "date" ? this.#moment(moment) : lifetime.value;
    if (expires === null) return null;
    return { door: this.door(gallery.value), gallery: gallery.value, visibility: visibility.value, expires };
  }

  door(gallery) {
    const { libraryDoor, galleryDoor, gallerySlot } = this.form.dataset;
    return gallery ? galleryDoor.replace(gallerySlot, gallery) : libraryDoor;
  }

  /* The field holds the person's own time. */
  #moment(field) {
    const moment = new Date(field.value);
    if (moment > new Date()) return moment.toISOString();
    return this.#point(field, this.text.chooseDate);
  }

  #point(field, words) {
    field.setCustomValidity(words);
    field.addEventListener("input", () => field.setCustomValidity(""), { once: true });
    field.reportValidity();
    return null;
  }

  /* The form names the new gallery from then on, so that later files go there too. */
  async #makeGallery(select, title) {
    if (!title.value.trim()) return this.#point(title, this.text.nameGallery);
    const key = await this.server.makeGallery(title.value).catch((error) => error);
    if (key instanceof Error) return this.#point(title, key instanceof SignedOut ? this.text.signedOut : this.text.noGallery);
    select.querySelector('option[value="new"]').before(new Option(title.value, key, true, true));
    title.value = "";
    return key;
  }
}
