// Dialogs: one at a time in front, closed by Escape, by their cross, or by a click beside them.

import { button, el, fill, icon } from "./dom.js";
import { toCard } from "./navigate.js";

/** Open a dialog. Returns {node, body, close(value), closed}, `closed` a promise of the value. */
export function dialog(title, { kind = "" } = {}) {
  const heading = el("h2", { id: `d${(count += 1)}` }, title);
  const cross = button("", () => close(), { kind: "quiet square", sign: "close", "aria-label": "Close" });
  const body = el("div", { class: "body" });
  const node = el("dialog", { class: kind, "aria-labelledby": heading.id });
  node.append(el("div", { class: "bar" }, heading, cross), body);

  let value;
  let settle;
  const closed = new Promise((resolve) => (settle = resolve));
  const before = document.activeElement;
  const close = (given) => {
    value = given;
    node.close();
  };
  node.addEventListener("close", () => {
    node.remove();
    if (document.activeElement === document.body) comeBack(before);
    settle(value);
  });
  let pressed = null; // a drag that began inside and ended beside closes nothing
  node.addEventListener("pointerdown", (event) => (pressed = event.target));
  node.addEventListener("click", (event) => {
    if (event.target === node && pressed === node) close();
  });
  document.body.append(node);
  node.showModal();
  return { node, heading, body, close, closed };
}

let count = 0;

// What had the focus may have been drawn anew meanwhile, or stand for somebody who is gone.
function comeBack(before) {
  const name = before?.dataset?.name;
  if (name === undefined || !toCard(name)) document.querySelector(".view:not([hidden]) h1")?.focus();
}

/** Ask before something that cannot be undone. */
export async function confirm(title, words, { yes, danger = false }) {
  const asked = dialog(title, { kind: "small" });
  const go = button(yes, () => asked.close(true), { kind: danger ? "danger" : "primary" });
  const stay = button("Cancel", () => asked.close(false));
  fill(asked.body, el("p", {}, words), el("div", { class: "actions" }, stay, go));
  (danger ? stay : go).focus();
  return (await asked.closed) === true;
}

/** Ask for the server's key; null where the user gives none. */
export async function askForKey(wrong) {
  const asked = dialog("A key is needed", { kind: "small" });
  const field = el("input", {
    id: "key", type: "password", name: "key", required: true, autocomplete: "off",
    spellcheck: "false", "aria-describedby": "key-words",
  });
  const keep = el("input", { type: "checkbox", name: "keep" });
  const form = el("form", {
    onsubmit: (event) => {
      event.preventDefault();
      asked.close({ key: field.value.trim(), keep: keep.checked });
    },
  });
  form.append(
    wrong ? el("p", { class: "trouble", role: "alert" }, "The server does not know this key.") : "",
    el("p", { id: "key-words" }, "Whoever runs this server makes one with ",
      el("code", {}, "kith serve --new-key"), "."),
    el("label", { htmlFor: "key" }, "Key"), field,
    el("label", { class: "choice" }, keep, "Remember it on this device"),
    el("div", { class: "actions" }, button("Not now", () => asked.close(null)),
      el("button", { class: "primary" }, "Continue")),
  );
  fill(asked.body, form);
  field.focus();
  return (await asked.closed) ?? null;
}

/** A small picture that stands for a state, above words. */
export function sign(name) {
  return el("span", { class: "sign" }, icon(name));
}
