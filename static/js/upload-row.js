/* The line of one file in the list of uploads. */
const template = document.getElementById("queue-row");

function sizeText(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const power = Math.min(units.length - 1, Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1024)));
  return new Intl.NumberFormat(document.documentElement.lang, {
    style: "unit",
    unit: units[power],
    unitDisplay: power ? "short" : "long",
    maximumFractionDigits: power > 1 ? 1 : 0,
  }).format(bytes / 1024 ** power);
}

export class Row {
  constructor(file, text) {
    this.file = file;
    this.text = text;
    this.element = template.content.firstElementChild.cloneNode(true);
    this.part = (selector) => this.element.querySelector(selector);
    this.part(".upload-row__name").textContent = file.name;
    this.part("progress").setAttribute("aria-label", file.name);
    for (const button of this.element.querySelectorAll("[data-act]")) {
      button.setAttribute("aria-label", `${button.getAttribute("aria-label")}: ${file.name}`);
    }
    this.show("waiting", `${text.waiting} · ${sizeText(file.size)}`);
  }

  show(state, words) {
    const hadFocus = this.element.contains(document.activeElement);
    this.element.dataset.state = state;
    this.part(".upload-row__state").textContent = words;
    this.part('[data-act="cancel"]').hidden = state !== "waiting" && state !== "sending";
    this.part('[data-act="retry"]').hidden = state !== "failed" && state !== "cancelled";
    if (hadFocus) this.part("[data-act]:not([hidden])")?.focus();
  }

  progress(sent, total) {
    const bar = this.part("progress");
    if (sent >= total) {
      bar.removeAttribute("value");
      this.show("sending", this.text.working);
      return;
    }
    bar.value = (sent / total) * 100;
    const words = this.text.sending.replace("{sent}", sizeText(sent)).replace("{size}", sizeText(total));
    this.part(".upload-row__state").textContent = words;
  }

  done(answer) {
    this.show("done", answer.duplicate ? this.text.duplicate : this.text.done);
    const link = document.createElement("a");
    link.className = "upload-row__name";
    link.href = answer.page_url;
    link.textContent = this.file.name;
    this.part(".upload-row__name").replaceWith(link);
    if (!answer.thumbnail_url) return;
    const picture = document.createElement("img");
    picture.src = answer.thumbnail_url;
    picture.alt = "";
    this.part(".upload-row__thumb").replaceChildren(picture);
  }
}
