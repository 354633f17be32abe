// Pictures: files that people choose or drop, and small cuts of faces.

import { el, icon } from "./dom.js";

const SUFFIXES = /\.(jpe?g|png|webp|gif|bmp|tiff?|heic|heif|avif)$/i;
const ACCEPT = "image/*,.heic,.heif";
const TOUCHED = matchMedia("(pointer: coarse)").matches;

/** The pictures among these files. */
export function photosOf(files) {
  return [...(files ?? [])].filter((file) => file.type.startsWith("image/") || SUFFIXES.test(file.name));
}

/** A file's picture as the server sees it (turned as its camera says); null where this browser cannot show it. */
export async function bitmap(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return null;
  }
}

/** A square cut around a face, `side` pixels wide; null where there is nothing to cut from. */
export function cut(source, box, side = 96, mirrored = false) {
  const [x, y, width, height] = box;
  const square = Math.max(width, height) * 1.45;
  if (!(square > 1)) return null;
  const canvas = el("canvas", { width: side, height: side, "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  if (mirrored) context.setTransform(-1, 0, 0, 1, side, 0);
  const left = x + width / 2 - square / 2;
  const top = y + height / 2 - square / 2;
  try {
    context.drawImage(source, left, top, square, square, 0, 0, side, side);
  } catch {
    return null;
  }
  return canvas;
}

/** A second canvas with the same picture; null of null. */
export function copied(canvas) {
  if (!canvas) return null;
  const copy = canvas.cloneNode();
  copy.getContext("2d").drawImage(canvas, 0, 0);
  return copy;
}

/** A picture on a canvas, at most so large. */
export function drawn(source, most, words) {
  const scale = Math.min(1, most / Math.max(source.width, source.height));
  const width = Math.max(1, Math.round(source.width * scale));
  const height = Math.max(1, Math.round(source.height * scale));
  const canvas = el("canvas", { width, height, role: "img", "aria-label": words });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, width, height);
  return canvas;
}

/**
 * A place to drop photos on, or to choose them by a click. `taken(files)` gets the pictures; `brief`
 * are the words where nothing can be dropped.
 */
export function dropPlace(words, taken, { several = false, id = null, brief = words } = {}) {
  const field = el("input", {
    type: "file", accept: ACCEPT, multiple: several, class: "unseen", id,
    onchange: () => {
      taken(photosOf(field.files));
      field.value = "";
    },
  });
  const place = el("label", { class: "drop" }, field, icon("photo"), el("span", {}, TOUCHED ? brief : words));
  catchDrops(place, taken);
  return place;
}

/** Let files be dropped on a node. */
export function catchDrops(node, taken) {
  let depth = 0;
  const over = (step) => {
    depth = Math.max(0, depth + step);
    node.classList.toggle("over", depth > 0);
  };
  node.addEventListener("dragenter", () => over(1));
  node.addEventListener("dragleave", () => over(-1));
  node.addEventListener("dragover", (event) => event.preventDefault());
  node.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation();
    over(-depth);
    const files = photosOf(event.dataTransfer.files);
    if (files.length) taken(files);
  });
}
