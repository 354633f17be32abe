// The photo view: who is on it.

import { call } from "./api.js";
import { button, byId, el, fill, nameOf } from "./dom.js";
import { known } from "./known.js";
import { bitmap, catchDrops, copied, cut, drawn, dropPlace } from "./pictures.js";
import { announce, toast, trouble } from "./say.js";
import { small } from "./scale.js";
import { count, enrolled, headline, label, listed, remark, score } from "./words.js";
import { askWho } from "./whois.js";

const MOST = 1600; // pixels of the longer side that are drawn
let turn = 0;

export function initPhoto() {
  fill(byId("photo-body"), dropPlace("Drop a photo here, choose one, or paste it", ([file]) => file && identify(file), { brief: "Choose a photo, or take one" }));
  catchDrops(byId("view-photo"), ([file]) => identify(file));
}

/** Say who is on a photo. */
export async function identify(file) {
  const mine = (turn += 1);
  const body = byId("photo-body");
  const again = dropPlace("Another photo", ([other]) => other && identify(other));
  again.classList.add("slim");
  const source = await bitmap(file);
  if (mine !== turn) return;
  const shown = el("div", { class: "shown" });
  const list = el("div", { class: "found" }, el("p", { class: "none" }, "Looking…"));
  if (source) shown.append(drawn(source, MOST, "The photo"));
  else shown.append(el("p", { class: "none" }, "This browser cannot show this kind of picture; the server may still read it."));
  fill(body, el("div", { class: "answer" }, shown, el("div", { class: "panel" }, list, again)));
  try {
    const answer = await call("v1/identify?top=3", { picture: file });
    if (mine === turn) tell(file, source, answer, shown, list);
  } catch (error) {
    if (mine === turn) fill(list, el("p", { class: "trouble", role: "alert" }, error.message));
  }
}

function tell(file, source, answer, shown, list) {
  const faces = answer.faces.toSorted((a, b) => a.box[0] - b.box[0]); // as people read a picture
  if (!faces.length) {
    fill(list, el("h2", {}, "No face was found"), el("p", { class: "none" }, "A larger or sharper photo may help."));
    return;
  }
  const rows = faces.map((face) => row(file, source, answer, face));
  fill(list, el("h2", {}, summary(faces)), el("ul", { class: "present" }, rows));
  announce(summary(faces));
  const marks = faces.map((face, index) => mark(face, answer, rows[index]));
  shown.append(el("div", { class: "faces", "aria-hidden": "true" }, marks));
}

function summary(faces) {
  const names = faces.filter((face) => face.verdict === "match").map((face) => face.name);
  const others = faces.length - names.length;
  if (!names.length) return others === 1 ? "Somebody not known" : `${others} people, none known`;
  return others ? `${listed(names)} and ${count(others, "other")}` : listed(names);
}

function mark(face, { width, height }, row) {
  const [x, y, across, down] = face.box;
  const words = el("span", { class: "label" }, el("bdi", {}, label(face)),
    el("span", { class: "number" }, face.verdict === "match" ? score(face.similarity) : ""));
  const node = el("button", { type: "button", class: "face", tabindex: "-1", "data-verdict": face.verdict, "data-high": String(y < height * 0.08), "data-end": String(x + across / 2 > width / 2),
    onclick: () => row.querySelector("button").click() }, words);
  node.style.left = `${(100 * x) / width}%`;
  node.style.top = `${(100 * y) / height}%`;
  node.style.width = `${(100 * across) / width}%`;
  node.style.height = `${(100 * down) / height}%`;
  return node;
}

function row(file, source, { width }, face) {
  const scale = source ? source.width / width : 1;
  const portrait = source ? cut(source, face.box.map((value) => value * scale), 112) : null;
  const matched = face.verdict === "match";
  const learn = button(matched ? "Wrong?" : "Who is it?", () => name(file, face, portrait, node), { kind: "link" });
  const node = el("li", { "data-verdict": face.verdict }, el("span", { class: "portrait" }, portrait),
    el("span", { class: "who" }, el("strong", {}, matched ? nameOf(face.name) : headline(face)), el("span", { class: "remark", dir: "auto" }, remark(face), small(face.similarity, face.threshold))),
    learn);
  return node;
}

// A name for this face: it becomes a reference photo of that person, if the server finds it good.
async function name(file, face, portrait, node) {
  const taken = face.verdict === "match" ? face.name : null;
  const answer = await askWho({ face: copied(portrait), title: taken ? `Not ${taken}?` : "Who is it?", not: taken, nobody: false, words: "This face becomes a photo of the person you name." });
  if (!answer) return;
  try {
    const report = await known.addPhotos(answer.name, [file], { box: face.box });
    if (!report.added && !report.already) {
      toast(enrolled(report).join(" ") || "The face was not kept.", { trouble: true });
      return;
    }
    toast(`Learned as a photo of ${answer.name}.`);
    if (node.isConnected) identify(file);
  } catch (error) {
    trouble(error);
  }
}
