// Who is in the picture now, and who was lately. Kept by the page alone, and gone with it.

import { button, byId, el, fill, nameOf } from "./dom.js";
import { announce } from "./say.js";
import { small } from "./scale.js";
import { clock, headline, remark, score } from "./words.js";

const LATELY = 12;
const SURE = 1500; // milliseconds that somebody has to stand there before being called unknown

export class Present {
  #rows = new Map(); // track -> {node, face, portrait, told, since}
  #lately = [];
  #session = 0; // the server counts the people it does not know anew in each
  #portrait;
  #pick;

  /** `portrait(face)` makes a small picture of it; `pick(face, portrait)` corrects who it is. */
  constructor(portrait, pick) {
    this.#portrait = portrait;
    this.#pick = pick;
  }

  /** Show these faces, and no others. */
  show(faces) {
    const now = new Set(faces.map((face) => face.track));
    for (const face of faces) this.#update(face);
    for (const [track, row] of this.#rows) {
      if (now.has(track)) continue;
      row.node.remove();
      this.#rows.delete(track);
      this.#past(row);
    }
    const nobody = byId("nobody");
    if (nobody.hidden !== this.#rows.size > 0) nobody.hidden = this.#rows.size > 0;
  }

  /** Nobody is in the picture any more, as far as is known. */
  clear() {
    this.show([]);
    this.#session += 1;
  }

  /** Forget what was lately seen of somebody who is forgotten or has another name now. */
  rename(name, to) {
    this.#lately = this.#lately.filter((one) => one.name !== name || to);
    for (const one of this.#lately) if (one.name === name) one.name = to;
    this.#list();
  }

  #update(face) {
    const row = this.#rows.get(face.track) ?? this.#enter(face);
    const better = (face.quality ?? 0) > row.quality + 0.15;
    if (better || !row.portrait) this.#draw(row, face);
    row.face = face;
    const state = [face.verdict, face.name, score(face.similarity), face.hint].join("|");
    if (row.state !== state) {
      row.state = state;
      this.#write(row, face);
    }
    this.#tell(row, face);
  }

  #enter(face) {
    const node = el("li", { "data-track": face.track });
    const row = { node, quality: -1, portrait: null, state: null, told: null, from: new Date(), at: performance.now() };
    row.picture = el("span", { class: "portrait" });
    row.title = el("strong");
    row.remark = el("span", { class: "remark", dir: "auto" });
    row.action = button("", () => this.#pick(row.face, row.portrait), { kind: "link" });
    node.append(row.picture, el("span", { class: "who" }, row.title, row.remark), row.action);
    this.#rows.set(face.track, row);
    byId("present").append(node);
    return row;
  }

  #draw(row, face) {
    const portrait = this.#portrait(face);
    if (!portrait) return;
    row.quality = face.quality ?? 0;
    row.portrait = portrait;
    fill(row.picture, portrait);
  }

  #write(row, face) {
    const known = face.verdict === "match";
    row.node.dataset.verdict = face.verdict ?? "looking";
    fill(row.title, known ? nameOf(face.name) : headline(face));
    fill(row.remark, remark(face), small(face.similarity, face.threshold));
    row.action.textContent = known ? "Wrong?" : "Who is it?";
    row.action.setAttribute("aria-label", known ? `Wrong? Say who ${face.name} really is` : "Who is it? Give this face a name");
  }

  // Said once for each answer, and "unknown" only after a moment: it may still become a name.
  #tell(row, face) {
    const words = face.verdict === "match" ? `${face.name} is here` : "Somebody not known is here";
    if (face.verdict === null || row.told === words) return;
    if (face.verdict !== "match" && performance.now() - row.at < SURE) return;
    row.told = words;
    announce(words);
  }

  #past(row) {
    if (!row.told && row.face.verdict !== "match") return; // a glimpse
    const name = row.face.verdict === "match" ? row.face.name : null;
    const key = name ?? `${this.#session}:${row.face.person}`;
    const before = this.#lately.findIndex((one) => (one.name ?? one.key) === key);
    const [visit] = before < 0 ? [{ name, key, portrait: row.portrait, from: row.from }] : this.#lately.splice(before, 1);
    visit.until = new Date();
    this.#lately.unshift(visit);
    this.#lately.length = Math.min(this.#lately.length, LATELY);
    this.#list();
  }

  #list() {
    byId("lately-title").hidden = this.#lately.length === 0;
    fill(byId("lately"), this.#lately.map((one) => {
      const from = clock(one.from);
      const until = clock(one.until);
      const picture = el("span", { class: "portrait" }, one.portrait);
      const who = el("strong", {}, one.name ? nameOf(one.name) : "Not known");
      return el("li", {}, picture, who, el("time", {}, from === until ? from : `${from} – ${until}`));
    }));
  }
}
