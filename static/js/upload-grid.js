/* Photos that have arrived slide into the grids of the page: it is asked for again, and what is new in it is taken over. */
import { bring, everyPhoto } from "./grid-shelf.js";
import { keeping } from "./grid-sight.js";

const AT_MOST_EACH_MS = 2500;
const PENDING_TIMES = 8;

const listsOf = (page) => [...page.querySelectorAll("ul.photo-grid")];
const photosOf = (list) => [...list.querySelectorAll(":scope > .photo")];
const linkOf = (photo) => photo.querySelector(".photo__link")?.getAttribute("href");
/* A list with the day it stands under. */
const groupOf = (list) => list.closest("[data-day]") ?? list;

export class Grid {
  #timer = null;
  #pending = PENDING_TIMES;
  hasBegun = false;

  constructor(page) {
    this.page = page;
    this.shows = Boolean(document.querySelector("[data-drop-url]"));
  }

  /* Photos come faster than pages can be asked for. */
  soon() {
    if (this.shows) this.#timer ??= setTimeout(() => this.refresh(), AT_MOST_EACH_MS);
  }

  async refresh() {
    clearTimeout(this.#timer);
    this.#timer = null;
    const answer = this.shows && (await fetch(this.page).catch(() => null));
    if (!answer?.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    /* Who is at the top sees them come. */
    const keep = scrollY ? keeping() : () => {};
    if (!listsOf(document).length && listsOf(fresh).length) this.#begin(fresh);
    else this.#merge(fresh);
    for (const part of [".usage", ".page-head__text"]) {
      const renewed = fresh.querySelector(part);
      if (renewed) document.querySelector(part)?.replaceWith(document.adoptNode(renewed));
    }
    keep();
    if (document.querySelector(".photo__wait") && this.#pending-- > 0) this.soon();
  }

  /* The first photos of an empty page. Its scripts find them when it is loaded again, which can wait. */
  #begin(fresh) {
    document.getElementById("main").replaceWith(document.adoptNode(fresh.getElementById("main")));
    window.htmx?.process(document.getElementById("main"));
    this.hasBegun = true;
  }

  #merge(fresh) {
    const wanted = new Set(listsOf(fresh).flatMap(photosOf).map(linkOf));
    for (const photo of [...everyPhoto()]) if (wanted.has(linkOf(photo))) bring(photo);
    const here = new Map(listsOf(document).flatMap(photosOf).map((photo) => [linkOf(photo), photo]));
    const oldOf = (list) => photosOf(list).map((photo) => here.get(linkOf(photo))).find(Boolean);
    const lists = listsOf(fresh);
    const first = lists.map(oldOf).find(Boolean);
    if (!first) return;
    let before = null;
    for (const list of lists) {
      const old = oldOf(list);
      if (old) this.#mergeList(list, here, old);
      before = old ? groupOf(old.parentElement) : this.#insertGroup(groupOf(list), before, groupOf(first.parentElement));
    }
  }

  #mergeList(list, here, first) {
    let before = null;
    for (const photo of photosOf(list)) {
      const old = here.get(linkOf(photo));
      if (old) {
        before = this.#renew(old, photo);
        continue;
      }
      const arrived = document.adoptNode(photo);
      arrived.classList.add("is-new");
      if (before) before.after(arrived);
      else first.before(arrived);
      before = arrived;
    }
  }

  #insertGroup(group, before, first) {
    const arrived = document.adoptNode(group);
    for (const photo of arrived.querySelectorAll(".photo")) photo.classList.add("is-new");
    if (before) before.after(arrived);
    else first.before(arrived);
    return arrived;
  }

  /* One that had no picture yet may have it now; it stays selected. */
  #renew(old, photo) {
    if (!old.querySelector(".photo__wait") || photo.querySelector(".photo__wait")) return old;
    const isChecked = old.querySelector("input:checked") !== null;
    const renewed = document.adoptNode(photo);
    if (isChecked) renewed.querySelector('input[name="keys"]').checked = true;
    old.replaceWith(renewed);
    return renewed;
  }
}
