// What stands over and under the live picture: the curtain, the banner, the figures.

import { button, byId, fill } from "./dom.js";
import { sign } from "./dialog.js";
import { announce } from "./say.js";

/** Cover the picture with words, and a button that does `go`. */
export function curtain({ title, words = "", action = null, icon = "camera", busy = false, quiet = false }, go) {
  const place = byId("curtain");
  place.hidden = false;
  place.setAttribute("aria-busy", String(busy));
  fill(place, sign(icon), paragraph(title, "title"), words ? paragraph(words) : null,
    action ? button(action, go, { kind: "primary" }) : null);
  if (!quiet) announce(`${title}. ${words}`);
}

function paragraph(words, kind = "") {
  const node = document.createElement("p");
  node.className = kind;
  node.textContent = words;
  return node;
}

/** Tell over the picture that the connection is lost; `go` tries again. */
export function banner(reason, again, go) {
  const place = byId("banner");
  place.hidden = false;
  fill(place, again ? `${reason} Trying again…` : reason,
    button(again ? "Try now" : "Try again", go, { kind: "link" }));
}

/** Take it away; says so to those who heard of it. */
export function noBanner({ back = false } = {}) {
  const place = byId("banner");
  if (back && !place.hidden) announce("Connected again");
  place.hidden = true;
}

/** Write how swift it is: answers in the last second, and the times from picture to answer. */
export function figures(answers, dropped, trip, frame) {
  const shown = byId("figures");
  if (!trip || !frame) {
    shown.textContent = "";
    return;
  }
  shown.textContent = `${answers} pictures/s · answer in ${Math.round(trip.median)} ms`;
  shown.title = `95 of 100 answers within ${Math.round(trip.most)} ms; ${dropped} pictures overtaken; ` +
    `${frame.width} × ${frame.height} pixels`;
  Object.assign(shown.dataset, { rate: answers, median: trip.median.toFixed(1), most: trip.most.toFixed(1), count: trip.count });
}

/** The picture over the whole screen, or back. */
export async function fillScreen() {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await byId("stage").requestFullscreen?.();
}
