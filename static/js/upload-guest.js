/* The drop zone of a share link. Its owner has chosen everything but the name of who adds the photos. */
import { enhancePage } from "./upload-form.js";

const form = document.getElementById("upload");

class GuestChoices {
  constructor({ elements, dataset }) {
    Object.assign(this, { elements, dataset });
  }

  async read() {
    const name = this.elements.name_of_guest.value;
    return { door: this.dataset.libraryDoor, gallery: "", visibility: "", expires: "", name_of_guest: name };
  }
}

/* Nobody but its owner may know what is in a library. */
const makeServer = () => ({ known: async () => () => null, place: async () => () => true });

const { uppy } = await enhancePage(form, { makeServer, Chosen: GuestChoices, isGuest: true });
uppy.on("complete", () => window.htmx?.ajax("GET", location.href, { target: "#own", select: "#own", swap: "outerHTML" }));
