// The compare view: do two photos show the same person.

import { call } from "./api.js";
import { byId, el, fill } from "./dom.js";
import { bitmap, catchDrops, cut, drawn, dropPlace } from "./pictures.js";
import { line } from "./scale.js";
import { score } from "./words.js";

const SIDE = 900;
const slots = [];
let turn = 0;

export function initCompare() {
  const places = ["First photo", "Second photo"].map((words, index) => {
    const slot = { file: null, source: null, words, index, node: el("div", { class: "slot" }) };
    slots.push(slot);
    empty(slot);
    return slot.node;
  });
  const result = el("div", { class: "result", id: "compare-result", role: "status" });
  fill(byId("compare-body"), el("div", { class: "pair" }, places), result);
  catchDrops(byId("view-compare"), (files) => take(files));
}

/** Put photos into the places, the first free one first. */
export function take(files) {
  if (files.length) put(slots.find((slot) => !slot.file) ?? slots[1], files);
}

function empty(slot) {
  fill(slot.node, place(slot, `${slot.words}: drop it here, or choose`, slot.words));
  catchDrops(slot.node, (files) => put(slot, files));
}

function place(slot, words, brief) {
  return dropPlace(words, (files) => put(slot, files), { several: true, id: `compare-${slot.index}`, brief });
}

// Two photos at once are both places' photos.
function put(slot, files) {
  if (files.length > 1) slots.forEach((one, index) => show(one, files[index]));
  else if (files.length) show(slot, files[0]);
}

async function show(slot, file) {
  const mine = (turn += 1);
  slot.file = file;
  const source = await bitmap(file);
  if (slot.file !== file) return;
  slot.source = source;
  draw(slot);
  if (slots.every((one) => one.file) && mine === turn) compare(mine);
}

function draw(slot) {
  const other = place(slot, "Another photo");
  other.classList.add("slim");
  const picture = slot.source ? drawn(slot.source, SIDE, slot.words) : el("p", { class: "none" }, slot.file.name);
  fill(slot.node, el("div", { class: "shown" }, picture), other);
}

async function compare(mine) {
  const place = byId("compare-result");
  fill(place, el("p", { class: "none" }, "Comparing…"));
  const form = new FormData();
  form.append("a", slots[0].file, slots[0].file.name || "a");
  form.append("b", slots[1].file, slots[1].file.name || "b");
  try {
    const answer = await call("v1/verify", { form });
    if (mine === turn) tell(answer, place);
  } catch (error) {
    if (mine === turn) fill(place, el("p", { class: "trouble", role: "alert" }, error.message));
  }
}

function tell(answer, place) {
  const title = answer.same === true ? "The same person" : answer.same === false ? "Different people" : "Cannot tell";
  const decided = answer.same === true || answer.same === false;
  const faces = [cutOf(slots[0], answer.a), cutOf(slots[1], answer.b)];
  fill(place, el("div", { class: "verdict", "data-same": String(answer.same) },
    el("div", { class: "both" }, faces.map((face) => el("span", { class: "portrait large" }, face))),
    el("h2", {}, title),
    decided ? scale(answer) : el("p", { class: "none" }, answer.reason ?? "")));
}

function cutOf(slot, face) {
  if (!slot.source || !face) return null;
  return cut(slot.source, face.box, 160);
}

function scale({ similarity, threshold, probability }) {
  const sure = probability === null || probability === undefined ? "" : ` Probability ${percent(probability)}.`;
  return el("div", { class: "scale" }, line(similarity, threshold),
    el("p", {}, `Similarity ${score(similarity)}; ${score(threshold)} or more means the same person.${sure}`));
}

function percent(share) {
  return `${(100 * share).toFixed(share > 0.99 || share < 0.01 ? 2 : 0)} %`;
}
