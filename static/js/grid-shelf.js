/* Photos far from the window leave the page, and a gap as high as they were keeps their place until it comes near.

   Their boxes stay in the form, in the gap. A template holds the rest: pictures in it need no memory. */
import { keeping } from "./grid-sight.js";

/* In heights of the window. */
const FAR = 3;
const NEAR = 2;
const SHELF = 2;
const LISTED = "[data-photos] .photo, [data-photos] .photo-gap";
const shelves = new Map();

const near = new IntersectionObserver(
  (entries) => {
    const gaps = entries.filter((entry) => entry.isIntersecting).map((entry) => entry.target);
    if (!gaps.length) return;
    const keep = keeping();
    gaps.forEach(unshelve);
    keep();
  },
  { rootMargin: `${NEAR * 100}% 0px` },
);

function shelve({ nodes, top, bottom }) {
  const gap = document.createElement(nodes[0].localName === "li" ? "li" : "div");
  const boxes = nodes.flatMap((node) => [...node.querySelectorAll("input[name=keys]")]);
  const places = boxes.map((box) => box.parentElement);
  const hidden = document.createElement("div");
  gap.className = "photo-gap";
  gap.ariaHidden = true;
  gap.style.blockSize = `${bottom - top}px`;
  hidden.hidden = true;
  hidden.append(...boxes);
  gap.append(hidden);
  nodes[0].before(gap);
  document.createElement("template").content.append(...nodes);
  shelves.set(gap, { nodes, boxes, places });
  near.observe(gap);
}

function unshelve(gap) {
  const { nodes, boxes, places } = shelves.get(gap);
  shelves.delete(gap);
  near.unobserve(gap);
  /* A box was in its label, or in a gap in between. */
  places.forEach((place, number) => place[place.localName === "label" ? "prepend" : "append"](boxes[number]));
  gap.replaceWith(...nodes);
}

export function unshelveAll() {
  for (const gap of document.querySelectorAll(".photo-gap")) unshelve(gap);
  if (document.querySelector(".photo-gap")) unshelveAll();
}

/* Rows of what stands side by side, from top to bottom. */
function rowsOf(parent) {
  const rows = [];
  for (const node of parent.children) {
    const { top, bottom } = node.getBoundingClientRect();
    const isFixed = !node.matches(".day, .photo") || node.contains(document.activeElement);
    const row = rows.at(-1);
    if (row && top < row.bottom && !node.matches(".photo-gap, .photo-break")) {
      row.nodes.push(node);
      row.bottom = Math.max(row.bottom, bottom);
      row.isFixed ||= isFixed;
    } else {
      rows.push({ nodes: [node], top, bottom, isFixed });
    }
  }
  return rows;
}

/* The first and the last row stay: they may go on with the next page. */
function farRows(parent) {
  const runs = [];
  let run = null;
  for (const row of rowsOf(parent).slice(1, -1)) {
    const isFar = row.bottom < -FAR * innerHeight || row.top > (1 + FAR) * innerHeight;
    if (row.isFixed || !isFar) {
      run = null;
    } else if (run && row.bottom - run.top <= SHELF * innerHeight) {
      run.nodes.push(...row.nodes);
      run.bottom = row.bottom;
    } else {
      run = { ...row };
      runs.push(run);
    }
  }
  return runs;
}

export function shelveFar() {
  const high = [...document.querySelectorAll("[data-photos] .photo-grid")].filter(
    (list) => list.offsetHeight > 2 * FAR * innerHeight,
  );
  const runs = [...document.querySelectorAll("[data-photos]"), ...high].map(farRows);
  for (const run of runs.flat()) if (run.nodes[0].isConnected) shelve(run);
}

/* Every photo of the lists in order, those on shelves too. */
export function* everyPhoto(root = null) {
  const found = root ? [root, ...root.querySelectorAll(".photo, .photo-gap")] : document.querySelectorAll(LISTED);
  for (const node of found) {
    if (node.matches(".photo")) yield node;
    else for (const kept of shelves.get(node)?.nodes ?? []) yield* everyPhoto(kept);
  }
}

/* Puts a photo back into the page if it is on a shelf. */
export function bring(photo) {
  while (!document.contains(photo)) {
    const gaps = [...document.querySelectorAll(".photo-gap")];
    const gap = gaps.find((gap) => shelves.get(gap).nodes.some((node) => [...everyPhoto(node)].includes(photo)));
    if (!gap) return;
    const keep = keeping();
    unshelve(gap);
    keep();
  }
}
