// Short messages: in a corner for the eye, in a quiet line for screen readers.

import { button, byId, el } from "./dom.js";

const SECONDS = 6;

/** Show a message for some seconds; trouble stays until it is closed. */
export function toast(words, { trouble = false } = {}) {
  const note = el("div", { class: trouble ? "toast trouble" : "toast", role: trouble ? "alert" : "status" });
  const gone = () => note.remove();
  const cross = button("", gone, { kind: "quiet square", sign: "close", "aria-label": "Close the message" });
  note.append(el("p", {}, words), cross);
  const shown = byId("toasts");
  for (const old of shown.children) if (old.firstChild.textContent === words) old.remove();
  shown.append(note);
  while (shown.children.length > 3) shown.firstChild.remove();
  toFront(shown);
  setTimeout(gone, 1000 * SECONDS * (trouble ? 3 : 1));
}

/** Show what went wrong. */
export function trouble(error) {
  if (error.name === "AbortError") return;
  toast(error.message, { trouble: true });
}

/** Say something to those who listen to the page. */
export function announce(words) {
  byId("live-words").textContent = words;
}

// An open dialog covers everything but what is in front with it.
function toFront(shown) {
  if (!shown.showPopover) return;
  shown.popover = "manual";
  if (shown.matches(":popover-open")) shown.hidePopover();
  shown.showPopover();
}
