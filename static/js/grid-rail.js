/* The rail of months beside the library: loaded after it, with the month in sight marked; arrow keys go through it. */
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
