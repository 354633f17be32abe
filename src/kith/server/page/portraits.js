// The people's small pictures: fetched when they come into view, a few at a time, and kept a while.

import { picture } from "./api.js";
import { el } from "./dom.js";

const KEPT = 500;
const AT_ONCE = 4;
const pictures = new Map(); // name -> promise of a bitmap or null
let running = 0;
const waiting = [];

/** A round picture of a person, first their initial until (and unless) there is one. */
export function portrait(person) {
  const initial = [...person.name][0].toLocaleUpperCase();
  const node = el("span", { class: "portrait", "aria-hidden": "true" }, initial);
  if (person.thumbnail) {
    node.fillIn = () => fillIn(node, person.name);
    watcher.observe(node);
  }
  return node;
}

/** Somebody looks different now, or is gone. */
export function outdated(name) {
  pictures.delete(name);
}

const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    watcher.unobserve(entry.target);
    entry.target.fillIn();
  }
}, { rootMargin: "200px" });

async function fillIn(node, name) {
  const found = await load(name).catch(() => null);
  if (!found) return;
  const canvas = el("canvas", { width: found.width, height: found.height });
  canvas.getContext("2d").drawImage(found, 0, 0);
  node.replaceChildren(canvas);
}

function load(name) {
  let promise = pictures.get(name);
  if (promise) return promise;
  promise = turn(async () => {
    const blob = await picture(`v1/people/${encodeURIComponent(name)}/thumbnail`);
    return blob && createImageBitmap(blob);
  });
  promise.catch(() => pictures.delete(name));
  pictures.set(name, promise);
  if (pictures.size > KEPT) pictures.delete(pictures.keys().next().value);
  return promise;
}

function turn(work) {
  return new Promise((resolve, reject) => {
    waiting.push(() => work().then(resolve, reject).finally(() => {
      running -= 1;
      next();
    }));
    next();
  });
}

function next() {
  while (running < AT_ONCE && waiting.length) {
    running += 1;
    waiting.shift()();
  }
}
