/* Whose page this is. Of an answer it says whether the session has ended meanwhile, or is that of somebody else. */
const PERSON = /<body[^>]* data-person="(\d*)"/;

export function isOfSomebodyElse(page) {
  const person = page.match(PERSON)?.[1];
  return person !== undefined && person !== document.body.dataset.person;
}
