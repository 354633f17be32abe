// Going from one part of the page to another without the parts knowing each other.

const roads = {};

/** Tell where roads lead: enrolPerson(name) learns somebody from the camera. */
export function lay(ways) {
  Object.assign(roads, ways);
}

export const enrolPerson = (name) => roads.enrolPerson(name);
