/* Forms: the first field with an error gets the focus, and passwords can be shown. */
document.querySelector('form[method="post"] [aria-invalid="true"]')?.focus();

function offerToReveal() {
  for (const button of document.querySelectorAll("[data-reveal]")) button.hidden = false;
}
offerToReveal();
document.addEventListener("htmx:afterSettle", offerToReveal);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-reveal]");
  if (!button) return;
  const field = button.parentElement.querySelector("input");
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.ariaPressed = String(shown);
});
