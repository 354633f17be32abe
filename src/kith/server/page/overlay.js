// Frames and names over the picture. For the eye and the mouse; the list beside it says the same.

import { el } from "./dom.js";
import { label, score } from "./words.js";

const CROWD = 6; // with more faces their labels are small

export class Overlay {
  #place;
  #pick;
  #shown = new Map(); // track -> its frame
  mirrored = false;

  /** `pick(face)` is called when a face is clicked. */
  constructor(place, pick) {
    this.#place = place;
    this.#pick = pick;
  }

  /** Show these faces of a picture of this size, and no others. */
  show({ faces, width, height }) {
    this.#place.classList.toggle("crowd", faces.length > CROWD);
    const now = new Set();
    for (const face of faces) {
      now.add(face.track);
      this.#update(this.#frame(face.track), face, width, height);
    }
    for (const [track, frame] of this.#shown) {
      if (now.has(track)) continue;
      frame.node.remove();
      this.#shown.delete(track);
    }
  }

  clear() {
    this.#place.replaceChildren();
    this.#shown.clear();
  }

  #frame(track) {
    let frame = this.#shown.get(track);
    if (frame) return frame;
    const name = el("bdi");
    const number = el("span", { class: "number" });
    const node = el("button", { type: "button", class: "face", tabindex: "-1" },
      el("span", { class: "label" }, name, number));
    frame = { node, name, number, face: null };
    node.addEventListener("click", () => this.#pick(frame.face));
    this.#place.append(node);
    this.#shown.set(track, frame);
    return frame;
  }

  #update(frame, face, width, height) {
    frame.face = face;
    const [x, y, across, down] = face.box;
    const left = this.mirrored ? width - x - across : x;
    const { style, dataset } = frame.node;
    style.left = `${(100 * left) / width}%`;
    style.top = `${(100 * y) / height}%`;
    style.width = `${(100 * across) / width}%`;
    style.height = `${(100 * down) / height}%`;
    dataset.verdict = face.verdict ?? "looking";
    dataset.track = face.track;
    dataset.high = y < height * 0.09;
    dataset.end = left + across / 2 > width / 2;
    dataset.predicted = Boolean(face.predicted);
    write(frame.name, label(face));
    write(frame.number, face.verdict === "match" ? score(face.similarity) : "");
  }
}

function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
