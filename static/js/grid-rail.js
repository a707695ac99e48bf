/* The rail of months beside the library: loaded after it, with the month in sight marked. Arrow keys go through it, and a
   pointer that presses it passes months until it lets go. */
const rail = document.querySelector(".rail");
const FEW = 4;
let links = [];

function mark() {
  const days = [...document.querySelectorAll("[data-day]")];
  const day = days.find((section) => section.getBoundingClientRect().bottom > innerHeight / 4)?.dataset.day ?? "";
  const here = links.find((link) => day.startsWith(link.dataset.month)) ?? links[0];
  if (here.ariaCurrent) return;
  for (const link of links) {
    link.ariaCurrent = link === here ? "true" : null;
    link.tabIndex = link === here ? 0 : -1;
  }
}

rail.addEventListener("keydown", (event) => {
  const at = links.indexOf(document.activeElement);
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: links.length - 1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  links[to]?.focus();
});

let pressed = null;
let passed = null;

const monthAt = (y) => links.find((link) => y < link.getBoundingClientRect().bottom) ?? links.at(-1);

function pass(link) {
  passed?.classList.remove("is-passed");
  link?.classList.add("is-passed");
  passed = link;
}

function letGo({ target, type }) {
  const link = passed;
  pass(null);
  /* A click that begins and ends on a link is one without us. */
  if (link && type === "pointerup" && (link !== pressed || !link.contains(target))) link.click();
}

rail.addEventListener("dragstart", (event) => event.preventDefault());
rail.addEventListener("pointerdown", (event) => {
  if (!event.isPrimary || event.button) return;
  pressed = event.target.closest("[data-month]");
  pass(monthAt(event.clientY));
});
addEventListener("pointermove", ({ buttons, clientY }) => passed && pass(buttons ? monthAt(clientY) : null), { passive: true });
for (const type of ["pointerup", "pointercancel"]) addEventListener(type, letGo);

async function load() {
  const answer = await fetch(rail.dataset.url);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  links = [...page.querySelectorAll("[data-month]")];
  if (links.length < FEW) return;
  rail.append(...page.querySelectorAll(".year"));
  mark();
  let frame = 0;
  const onScroll = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(mark);
  };
  addEventListener("scroll", onScroll, { passive: true });
}

if (matchMedia("(width >= 75rem)").matches) load().catch(() => {});
