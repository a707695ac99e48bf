/* What fingers and the keyboard need of a page. Each part returns its faults, as words. */
(() => {
  const TARGETS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [tabindex='0']";
  const LEAST_PX = 24;
  /* The queue has parts of Uppy. */
  const NOT_OURS = ".uppy-Root";

  const named = (element) => {
    const name = element.getAttribute("aria-label") ?? element.textContent.trim().slice(0, 30);
    return `<${element.localName} id="${element.id}" class="${element.className}"> ${name}`;
  };
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });

  /* A link in a sentence is as high as its line. */
  const isInLine = (element) =>
    getComputedStyle(element).display === "inline"
    && element.parentElement.textContent.trim().length > element.textContent.trim().length;

  /* Whose click it is at this point of the window. */
  const isHit = (element, x, y) => {
    const hit = document.elementFromPoint(x, y);
    return Boolean(hit) && (element.contains(hit) || element.labels?.[0]?.contains(hit) === true);
  };

  /* Also what a label or a pseudo-element adds. */
  function isLarge(element) {
    const boxes = [element, ...(element.labels ?? [])].map((part) => part.getBoundingClientRect());
    const [width, height] = [["left", "right"], ["top", "bottom"]].map(([from, to]) =>
      Math.max(...boxes.map((box) => box[to])) - Math.min(...boxes.map((box) => box[from])));
    if (Math.min(width, height) >= LEAST_PX - 0.5) return true;
    element.scrollIntoView({ block: "center", behavior: "instant" });
    const box = element.getBoundingClientRect();
    const [x, y, far] = [box.x + box.width / 2, box.y + box.height / 2, LEAST_PX / 2 - 0.5];
    return [[x - far, y], [x + far, y], [x, y - far], [x, y + far]].every((point) => isHit(element, ...point));
  }

  function smallTargets() {
    const top = document.querySelector("dialog:modal, .pswp, [popover]:popover-open") ?? document;
    const all = [...top.querySelectorAll(TARGETS)].filter(
      (element) => isSeen(element) && !element.disabled && !element.closest(`[inert], [aria-hidden=true], ${NOT_OURS}`) && !isInLine(element),
    );
    const small = all.filter((element) => !isLarge(element));
    scrollTo({ top: 0, behavior: "instant" });
    return small.map((element) => `smaller than ${LEAST_PX} px: ${named(element)}`);
  }

  const hasOutline = (element, pseudo) => {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element, pseudo);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && !/, 0\)$|transparent/.test(outlineColor);
  };

  /* Of the element that has the focus; null when nothing has it. */
  function focusFaults() {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const found = [];
    const shapes = [element, element.closest("label")].filter(Boolean);
    const box = (shapes.at(-1)).getBoundingClientRect();
    const [left, right] = [Math.max(0, box.left), Math.min(innerWidth, box.right)];
    const [top, bottom] = [Math.max(0, box.top), Math.min(innerHeight, box.bottom)];
    if (right - left < 1 || bottom - top < 1) found.push("out of sight");
    else if (![0.1, 0.5, 0.9].some((part) => isHit(element, (left + right) / 2, top + (bottom - top) * part))) {
      found.push("covered");
    }
    /* A part of a date has a ring of its own in the shadow tree, and a month of the rail shows its name. */
    const isOtherwise = element.matches("input[type^=date]:not(:focus-visible), .rail a");
    if (!isOtherwise && !shapes.some((shape) => [null, "::before", "::after"].some((pseudo) => hasOutline(shape, pseudo)))) {
      found.push("without an outline");
    }
    return found.map((fault) => `focus ${fault}: ${named(element)}`);
  }

  /* What reaches sideways out of the box around it, where nothing cuts it off. The list of settings means to. */
  function spills() {
    const shows = (element) => getComputedStyle(element).overflowX === "visible";
    const isInFlow = (element) =>
      isSeen(element) && getComputedStyle(element).position === "static" && getComputedStyle(element).display !== "inline";
    const spilled = [...document.querySelectorAll("body *")].filter((element) => {
      const around = element.parentElement;
      if (!isInFlow(element) || !shows(around) || element.closest(`.settings__nav, svg, ${NOT_OURS}`)) return false;
      const [inner, outer] = [element, around].map((each) => each.getBoundingClientRect());
      return outer.width > 1 && inner.width > 0 && (inner.right > outer.right + 1 || inner.left < outer.left - 1);
    });
    return spilled.map((element) => `out of its box: ${named(element)}`);
  }

  window.looks = { smallTargets, focusFaults, spills };
})();
