// Adding a person: a name, then the camera or photos.

import { button, el, fill } from "./dom.js";
import { dialog } from "./dialog.js";
import { enrolPerson } from "./navigate.js";
import { known } from "./known.js";
import { dropPlace } from "./pictures.js";
import { announce } from "./say.js";
import { enrolled } from "./words.js";
import { tidy } from "./whois.js";

/** Ask for a name and faces; `files` are photos that are there already. */
export function addPerson({ files = [] } = {}) {
  known.ready().catch(() => {});
  const asked = dialog("Add a person");
  const field = el("input", { id: "name", maxlength: 200, required: true, autocomplete: "off", spellcheck: "false", dir: "auto" });
  const same = el("p", { class: "note", role: "status" });
  const place = el("div", { class: "report", role: "status" });
  field.addEventListener("input", () => {
    field.setCustomValidity("");
    same.textContent = known.find(tidy(field.value)) ? "Known already: what you add now comes on top." : "";
  });
  const named = () => {
    const name = tidy(field.value);
    field.setCustomValidity(name ? "" : "Who is it?");
    return field.reportValidity() ? name : null;
  };
  const done = button("Done", () => asked.close(), { kind: "primary" });
  const end = el("div", { class: "actions", hidden: true }, done);
  const take = async (taken) => {
    const name = named();
    if (!name) return void fill(place, waiting(taken, () => take(taken)));
    if (!(await addPhotosTo(name, taken, place)) || !asked.node.open) return;
    end.hidden = false;
    done.focus();
  };
  const camera = () => {
    const name = named();
    if (!name) return;
    asked.close();
    enrolPerson(name);
  };
  const form = el("form", { onsubmit: (event) => { event.preventDefault(); if (files.length) take(files); else camera(); } },
    el("label", { htmlFor: "name" }, "Name"), field, same,
    el("div", { class: "ways" }, button("With the camera", camera, { kind: "primary", sign: "camera" }),
      dropPlace("From photos: drop them here, or choose", take, { several: true, brief: "From photos" })));
  fill(asked.body, form, place,
    el("p", { class: "note" }, "Ask first: a face is personal. It stays on this server until you forget the person."), end);
  if (files.length) fill(place, waiting(files, () => take(files)));
  field.focus();
}

function waiting(files, go) {
  return button(`Add ${files.length === 1 ? "this photo" : `these ${files.length} photos`}`, go, { kind: "primary" });
}

/** Send photos and tell in `place` how it goes; true where something was kept. */
export async function addPhotosTo(name, files, place) {
  if (!files.length) return false;
  const bar = el("progress", { max: files.length, value: 0, "aria-label": "Photos done" });
  const words = el("p", {});
  const stop = new AbortController();
  fill(place, words, bar, button("Stop", () => stop.abort(), { kind: "link" }));
  const onProgress = (done, all) => {
    words.textContent = `Photo ${done + 1} of ${all}…`;
    bar.value = done;
  };
  try {
    const report = await known.addPhotos(name, files, { onProgress, signal: stop.signal });
    const [first, ...rest] = enrolled(report);
    const kept = report.added + report.already > 0;
    fill(place, el("p", { class: kept ? "good" : "trouble" }, first),
      rest.length ? el("ul", {}, rest.map((line) => el("li", { dir: "auto" }, line))) : null);
    announce([first, ...rest].join(" "));
    return kept;
  } catch (error) {
    fill(place, el("p", { class: "trouble", role: "alert" }, error.name === "AbortError" ? "Stopped." : error.message));
    if (error.name === "AbortError") known.learned(name).catch(() => {});
    return false;
  }
}
