// The people view: everybody known, with a picture, found by a few letters.

import { button, byId, el, fill, icon, nameOf } from "./dom.js";
import { known } from "./known.js";
import { addPerson } from "./add.js";
import { showPerson } from "./person.js";
import { portrait } from "./portraits.js";
import { count } from "./words.js";
import { folded } from "./whois.js";
import { catchDrops } from "./pictures.js";

const AT_ONCE = 120;
let most = AT_ONCE;

export function initPeople() {
  byId("add-person").addEventListener("click", () => addPerson());
  byId("people-filter").addEventListener("input", () => {
    most = AT_ONCE;
    draw();
  });
  byId("people-more").addEventListener("click", () => {
    most += 4 * AT_ONCE;
    draw();
  });
  known.addEventListener("change", draw);
  catchDrops(byId("view-people"), (files) => addPerson({ files }));
}

/** Come to the view: what is shown may be old. */
export async function enterPeople() {
  if (!known.loaded) fill(byId("people-empty"), el("p", { class: "none", role: "status" }, "Loading…"));
  try {
    await known.load();
  } catch (error) {
    if (!known.loaded) unreachable(error);
  }
}

function draw() {
  const wanted = folded(byId("people-filter").value.trim());
  const found = known.list.filter((person) => folded(person.name).includes(wanted));
  byId("people-count").textContent = known.list.length ? known.list.length.toLocaleString("en") : "";
  byId("people-search").hidden = known.list.length < 2;
  byId("people-more").hidden = found.length <= most;
  fill(byId("cards"), found.slice(0, most).map(card));
  fill(byId("people-empty"), found.length ? null : known.list.length ? nobodyFound() : nobodyKnown());
}

function card(person) {
  const words = person.outliers ? `${count(person.photos, "photo")}, ${count(person.outliers, "outlier")}` : count(person.photos, "photo");
  return el("li", {}, el("button", { type: "button", class: "card", onclick: () => showPerson(person.name), "data-name": person.name },
    portrait(person), el("span", { class: "words" }, nameOf(person.name), el("span", { class: "remark" }, words))));
}

function nobodyFound() {
  return el("p", { class: "none" }, "Nobody is called so.");
}

function nobodyKnown() {
  return el("div", { class: "empty" }, icon("people"), el("h2", {}, "Nobody is known yet"),
    el("p", {}, "Add somebody with the camera, or from a few photos of them."),
    button("Add a person", () => addPerson(), { kind: "primary", sign: "add" }));
}

function unreachable(error) {
  fill(byId("people-empty"), el("div", { class: "empty", role: "alert" }, el("p", {}, error.message),
    button("Try again", () => enterPeople(), { kind: "primary" })));
}
