// A similarity on a line, with the mark that it has to reach.

import { el } from "./dom.js";
import { score } from "./words.js";

/** The line alone; for the eye. Negative similarities stand at its beginning. */
export function line(similarity, threshold) {
  const value = el("i", { class: "value" });
  const limit = el("i", { class: "limit" });
  value.style.width = share(similarity);
  limit.style.left = share(threshold);
  return el("span", { class: "line", "aria-hidden": "true", "data-enough": String(similarity >= threshold) }, value, limit);
}

/** A short line and its number, to stand under a name; null where nothing was compared. */
export function small(similarity, threshold) {
  if (similarity === null || similarity === undefined) return null;
  const words = `Similarity ${score(similarity)}; ${score(threshold)} is needed`;
  return el("span", { class: "scale small", role: "img", "aria-label": words, title: words },
    line(similarity, threshold), el("span", { "aria-hidden": "true" }, score(similarity)));
}

function share(value) {
  return `${100 * Math.min(1, Math.max(0, value))}%`;
}
