// Learning a person from the camera: front, then a little to either side, with words on what helps.

import { button, byId, el, fill, icon, nameOf, svg } from "./dom.js";
import { known } from "./known.js";
import { announce, toast, trouble } from "./say.js";
import { settings } from "./settings.js";
import { speak } from "./greeter.js";
import { sentence } from "./api.js";
import { count } from "./words.js";

const POSES = [["left", "Left"], ["front", "Front"], ["right", "Right"]];
const OVAL = "M50 4 A36 46 0 0 1 50 96 A36 46 0 0 1 50 4"; // from the top, clockwise
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
    link.addEventListener("enrol_failed", ({ detail }) => this.#failed(detail));
    link.addEventListener("state", ({ detail }) => {
      if (detail.state !== "lost" || !this.#name) return;
      toast(`The connection was lost; ${this.#name} was not learned.`, { trouble: true });
      this.#end();
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
    const ring = svg("path", { class: "ring", d: OVAL, pathLength: "100" });
    const oval = svg("svg", { viewBox: "0 0 100 100", "aria-hidden": "true" }, svg("path", { d: OVAL }), ring);
    const hint = el("p", { class: "hint" }, "Look into the camera.");
    const poses = POSES.map(([key, words]) =>
      el("li", { "data-pose": key }, icon("check"), el("span", {}, words)));
    const quality = el("span", { class: "bar" }, el("i"));
    const enough = button("That is enough", () => this.#link.tell({ type: "enrol_finish" }), { kind: "primary", disabled: true });
    const stop = button("Cancel", () => this.cancel());
    this.#parts = { ring, hint, poses, quality, enough };
    fill(byId("guide"), oval, hint);
    byId("guide").hidden = false;
    fill(byId("learning"), el("p", { class: "whose" }, "Learning ", nameOf(this.#name)),
      el("ul", { class: "poses", "aria-label": "Poses" }, poses),
      el("div", { class: "quality" }, el("span", {}, "Quality"), quality),
      el("div", { class: "actions" }, stop, enough));
    byId("stage").classList.add("enrolling");
    stop.focus({ preventScroll: true });
  }

  #progress(message) {
    if (!this.#parts || message.name !== this.#name) return;
    const { ring, hint, poses, quality, enough } = this.#parts;
    enough.disabled = !message.done?.front;
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
    this.#end();
    known.learned(message.name).catch(trouble);
    const like = message.looks_like;
    toast(`${message.name} is known now, by ${count(message.faces, "picture")}.` +
      (like ? ` They look much like ${like}: if they are one person, merge them.` : ""));
    announce(`${message.name} is known now`);
  }

  #failed(message) {
    this.#end();
    toast(`${message.name} was not learned: ${message.reason}.`, { trouble: true });
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
