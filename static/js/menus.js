/* Menus are popovers: the browser opens and closes them. Here: Escape is spent on the menu alone, and a focus that goes
   elsewhere closes it. <details class="menu"> gets all of that from here. */
const opened = () => document.querySelector(".menu__panel:popover-open, details.menu[open] > .menu__panel");

function close(panel) {
  if (panel.popover) {
    panel.hidePopover();
    return;
  }
  const menu = panel.parentElement;
  const held = menu.contains(document.activeElement);
  menu.open = false;
  if (held) menu.querySelector("summary").focus();
}

function closeOthers(target) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
}

document.addEventListener("click", (event) => closeOthers(event.target));
document.addEventListener("focusin", ({ target }) => {
  closeOthers(target);
  const panel = document.querySelector(".menu__panel:popover-open");
  if (panel && !panel.contains(target) && !target.matches(`[popovertarget="${panel.id}"]`)) panel.hidePopover();
});
document.addEventListener("keydown", (event) => {
  const panel = event.key === "Escape" && opened();
  if (!panel) return;
  close(panel);
  event.preventDefault();
});
