/* Which file goes next. At most three at once; one bad file never stops the others. */
import { Row } from "./upload-row.js";
import { send } from "./upload-send.js";

const PARALLEL = 3;

export class Queue {
  /* `fields()` gives the form fields of the moment; `onAnswer` hears each success, `onChange` every change. */
  constructor({ url, token, text, maxBytes, list, fields, onAnswer, onChange }) {
    Object.assign(this, { url, token, text, maxBytes, list, fields, onAnswer, onChange });
    this.items = [];
  }

  count(...states) {
    return this.items.filter((item) => states.includes(item.state)).length;
  }

  get busy() {
    return this.count("waiting", "sending") > 0;
  }

  add(files) {
    for (const file of files) {
      const item = { file, row: new Row(file, this.text), state: "waiting" };
      item.row.element.addEventListener("click", (event) => this.act(item, event));
      this.items.push(item);
      this.list.append(item.row.element);
      if (this.maxBytes && file.size > this.maxBytes) this.end(item, "failed", this.text.tooLarge);
    }
    this.next();
  }

  act(item, event) {
    const act = event.target.closest("[data-act]")?.dataset.act;
    if (act === "cancel") this.cancel(item);
    if (act === "retry") this.retry(item);
  }

  retry(item) {
    if (this.maxBytes && item.file.size > this.maxBytes) return;
    item.state = "waiting";
    item.row.show("waiting", this.text.waiting);
    this.next();
  }

  cancel(item) {
    item.abort?.();
    this.end(item, "cancelled", this.text.cancelled);
    this.next();
  }

  cancelAll() {
    for (const item of this.items) {
      if (item.state === "waiting" || item.state === "sending") {
        item.abort?.();
        this.end(item, "cancelled", this.text.cancelled);
      }
    }
    this.next();
  }

  end(item, state, words) {
    item.state = state;
    item.abort = null;
    item.row.show(state, words);
  }

  next() {
    for (const item of this.items) {
      if (this.count("sending") >= PARALLEL || this.makingGallery) break;
      if (item.state === "waiting") this.start(item);
    }
    this.onChange();
  }

  /* While the file that makes a new gallery is on its way, no other starts: the rest go into that gallery. */
  get makingGallery() {
    return this.items.some((item) => item.state === "sending" && item.fields.gallery === "new");
  }

  start(item) {
    item.state = "sending";
    item.fields = this.fields();
    item.row.show("sending", "");
    item.row.progress(0, Math.max(item.file.size, 1));
    item.abort = send({
      url: this.url,
      token: this.token,
      file: item.file,
      fields: item.fields,
      text: this.text,
      progress: (sent, total) => item.row.progress(sent, total),
      done: (answer) => {
        this.end(item, "done", "");
        item.answer = answer;
        item.row.done(answer);
        this.onAnswer(answer, item.fields);
        this.next();
      },
      failed: (words) => {
        this.end(item, "failed", words);
        this.next();
      },
    });
  }
}
