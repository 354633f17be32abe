// Building pieces of the page. Text is only ever set as text, so that no name can be markup.

const PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "htmlFor", "selected"]);

/** An element: el("p", {class: "none"}, "Nobody"); `onclick` and the like take functions. */
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) set(node, name, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

function set(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "class") node.className = value;
  else if (typeof value === "function") node.addEventListener(name.slice(2), value);
  else if (PROPERTIES.has(name)) node[name] = value;
  else node.setAttribute(name, value === true ? "" : value);
}

/** The element with this id; it is an error of the page where there is none. */
export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`the page has no #${id}`);
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

/** A line drawing of index.html's set, for the eye alone. */
export function icon(name) {
  const use = svg("use", { href: `#i-${name}` });
  return svg("svg", { class: "icon", "aria-hidden": "true" }, use);
}

/** An element of a drawing. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** A button with an icon (or none) and words. */
export function button(words, onclick, { kind = "", sign = null, ...rest } = {}) {
  const picture = sign ? icon(sign) : null;
  return el("button", { type: "button", class: kind, onclick, ...rest }, picture, words);
}

/** A name of a person: whatever its script's direction, it does not turn the words around it. */
export function nameOf(name) {
  return el("bdi", { class: "name" }, name);
}

/** Put these into a node, in place of what is there. */
export function fill(node, ...children) {
  node.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** Wait so long, in milliseconds. */
export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
