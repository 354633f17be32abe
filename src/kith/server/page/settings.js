// What this browser remembers of how the page is used. No faces, no names.

import { button, byId, el, fill } from "./dom.js";
import { dialog } from "./dialog.js";
import { cameras } from "./camera.js";
import { LANGUAGES, template } from "./languages.js";

const KEPT = "kith-settings";
const SPANS = [[60, "1 minute"], [300, "5 minutes"], [3600, "1 hour"], [43200, "12 hours"]];
const SIDES = [[640, "640 pixels: fastest"], [960, "960 pixels"], [1280, "1280 pixels: faces farther away"]];

const DEFAULTS = {
  speak: true,
  language: Object.keys(LANGUAGES).find((code) => navigator.language?.startsWith(code)) ?? "en",
  templates: {},
  away: 60,
  camera: null,
  mirror: null,
  side: 640,
  running: false,
};

class Settings extends EventTarget {
  constructor() {
    super();
    Object.assign(this, DEFAULTS, stored());
    if (!LANGUAGES[this.language]) this.language = "en";
  }

  /** Change some, keep them, and tell those who listen. */
  change(some) {
    Object.assign(this, some);
    const kept = Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, this[name]]));
    try {
      localStorage.setItem(KEPT, JSON.stringify(kept));
    } catch {
      // a browser that keeps nothing: they hold as long as the page
    }
    this.dispatchEvent(new Event("change"));
  }
}

function stored() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    return Object.fromEntries(Object.entries(kept).filter(([name]) => name in DEFAULTS));
  } catch {
    return {};
  }
}

export const settings = new Settings();

/** Show them. `welcome` speaks for a try. */
export async function showSettings(welcome) {
  const shown = dialog("Settings");
  fill(shown.body, el("fieldset", {}, el("legend", {}, "Welcome"), ...greeting(welcome)),
    el("fieldset", {}, el("legend", {}, "Camera"), ...(await camera())));
  byId("set-speak").focus();
}

function greeting(welcome) {
  const text = el("input", {
    id: "set-text", value: template(settings), maxlength: 200, dir: "auto",
    onchange: () => {
      const templates = { ...settings.templates };
      if (text.value.trim()) templates[settings.language] = text.value.trim();
      else delete templates[settings.language];
      settings.change({ templates });
      text.value = template(settings);
    },
  });
  const language = chosen("set-language", Object.entries(LANGUAGES).map(([code, one]) => [code, one.name]),
    settings.language, (value) => {
      settings.change({ language: value });
      text.value = template(settings);
    });
  const away = chosen("set-away", SPANS, settings.away, (value) => settings.change({ away: Number(value) }));
  return [
    box("set-speak", "Speak it aloud", settings.speak, (on) => settings.change({ speak: on })),
    row("set-language", "Language", language),
    row("set-text", "Words", text),
    el("p", { class: "note" }, "{name} becomes the person’s name."),
    row("set-away", "Again after", away),
    button("Try it", () => welcome(), { sign: "sound" }),
  ];
}

async function camera() {
  const found = await cameras();
  const choices = [["", "The browser’s choice"], ...found.map((one) => [one.id, one.label])];
  const which = chosen("set-camera", choices, settings.camera ?? "",
    (value) => settings.change({ camera: value || null }));
  const side = chosen("set-side", SIDES, settings.side, (value) => settings.change({ side: Number(value) }));
  const mirror = chosen("set-mirror", [["", "As the camera faces"], ["1", "Yes"], ["0", "No"]],
    settings.mirror === null ? "" : String(Number(settings.mirror)),
    (value) => settings.change({ mirror: value === "" ? null : value === "1" }));
  return [row("set-camera", "Camera", which), row("set-mirror", "Mirrored", mirror),
    row("set-side", "Pictures sent", side)];
}

function row(id, words, field) {
  return el("div", { class: "row" }, el("label", { htmlFor: id }, words), field);
}

function box(id, words, checked, change) {
  const field = el("input", { type: "checkbox", id, checked, onchange: () => change(field.checked) });
  return el("label", { class: "choice" }, field, words);
}

function chosen(id, choices, value, change) {
  const field = el("select", { id, onchange: () => change(field.value) });
  for (const [key, words] of choices) field.append(el("option", { value: key }, words));
  field.value = value;
  return field;
}
