// Going from one part of the page to another without the parts knowing each other.

const roads = {};

/** Tell where roads lead: enrolPerson(name) learns somebody from the camera. */
export function lay(ways) {
  Object.assign(roads, ways);
}

/** Bring the focus to a person's card in the list; false where it is not there. */
export function toCard(name) {
  const card = document.querySelector(`.card[data-name="${CSS.escape(name)}"]`);
  card?.focus();
  return card !== null;
}

export const enrolPerson = (name) => roads.enrolPerson(name);
