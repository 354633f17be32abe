// Learning a person from the camera: front, then a little to either side, with words on what helps.

import { button, byId, el, fill, icon, nameOf, svg } from "./dom.js";
import { known } from "./known.js";
import { announce, toast, trouble } from "./say.js";
import { settings } from "./settings.js";
import { speak } from "./greeter.js";
import { sentence } from "./api.js";
import { count } from "./words.js";

const POSES = [["left", "Left"], ["front", "Front"], ["right", "Right"]];
const SPOKEN = 3500; // milliseconds between two spoken hints

export class Enrolment {
  #link;
  #name = null;
  #parts = null;
  #said = "";
  #spoke = -Infinity;

  constructor(link) {
    this.#link = link;
    link.addEventListener("enrol", ({ detail }) => this.#progress(detail));
    link.addEventListener("enrolled", ({ detail }) => this.#done(detail));
    link.addEventListener("state", ({ detail }) => {
      if (detail.state !== "open" && this.#name) this.#end();
    });
  }

  get running() {
    return this.#name !== null;
  }

  /** Begin with whoever is largest in the picture. False where the server is not there. */
  start(name) {
    if (!this.#link.tell({ type: "enrol", name })) return false;
    this.#name = name;
    this.#said = "";
    this.#draw();
    return true;
  }

  cancel() {
    if (!this.#name) return;
    this.#link.tell({ type: "enrol_cancel" });
    this.#end();
  }

  #draw() {
    const ring = svg("ellipse", { class: "ring", cx: "50", cy: "50", rx: "36", ry: "46", pathLength: "100" });
    const oval = svg("svg", { viewBox: "0 0 100 100", "aria-hidden": "true" },
      svg("ellipse", { class: "track", cx: "50", cy: "50", rx: "36", ry: "46" }), ring);
    const hint = el("p", { class: "hint" }, "Look into the camera.");
    const poses = POSES.map(([key, words]) =>
      el("li", { "data-pose": key }, icon("check"), el("span", {}, words)));
    const quality = el("span", { class: "bar" }, el("i"));
    this.#parts = { ring, hint, poses, quality };
    const stop = button("Cancel", () => this.cancel());
    fill(byId("guide"), oval, hint);
    byId("guide").hidden = false;
    fill(byId("learning"), el("p", { class: "whose" }, "Learning ", nameOf(this.#name)),
      el("ul", { class: "poses", "aria-label": "Poses" }, poses),
      el("div", { class: "quality" }, el("span", {}, "Quality"), quality), stop);
    byId("stage").classList.add("enrolling");
    stop.focus({ preventScroll: true });
  }

  #progress(message) {
    if (!this.#parts || message.name !== this.#name) return;
    const { ring, hint, poses, quality } = this.#parts;
    ring.style.strokeDashoffset = 100 - 100 * message.progress;
    for (const one of poses) one.classList.toggle("done", Boolean(message.done?.[one.dataset.pose]));
    quality.firstChild.style.width = `${Math.round(100 * (message.quality ?? 0))}%`;
    quality.dataset.good = (message.quality ?? 0) >= 0.5;
    if (message.hint) this.#tell(hint, sentence(message.hint));
  }

  #tell(place, words) {
    if (words === this.#said) return;
    this.#said = words;
    place.textContent = words;
    const now = performance.now();
    if (now - this.#spoke < SPOKEN) return;
    this.#spoke = now;
    announce(words);
    if (settings.speak) speak(words, "en");
  }

  #done(message) {
    const ours = message.name === this.#name;
    if (ours) this.#end();
    known.learned(message.name).catch(trouble);
    toast(`${message.name} is known now, by ${count(message.faces, "picture")}.`);
    announce(`${message.name} is known now`);
  }

  #end() {
    this.#name = null;
    this.#parts = null;
    byId("guide").hidden = true;
    byId("guide").replaceChildren();
    byId("learning").replaceChildren();
    byId("stage").classList.remove("enrolling");
  }
}
