// One person: more photos, another name, one with somebody else, forgotten.

import { button, el, fill, nameOf } from "./dom.js";
import { confirm, dialog } from "./dialog.js";
import { known } from "./known.js";
import { addPhotosTo } from "./add.js";
import { enrolPerson, toCard } from "./navigate.js";
import { dropPlace } from "./pictures.js";
import { portrait } from "./portraits.js";
import { toast, trouble } from "./say.js";
import { count, day } from "./words.js";
import { askWho, tidy } from "./whois.js";

/** Show a person. */
export function showPerson(name) {
  const person = known.find(name);
  if (!person) return;
  const shown = dialog(name, { kind: "person" });
  fill(shown.heading, nameOf(name));
  const begin = day(person.created);
  const facts = [count(person.photos, "photo"), begin ? `known since ${begin}` : ""].filter(Boolean).join(", ");
  const place = el("div", { class: "report", role: "status" });
  const drop = dropPlace("Add photos: drop them here, or choose", (files) => addPhotosTo(name, files, place), { several: true, brief: "Add photos" });
  fill(shown.body,
    el("div", { class: "face-of" }, portrait(person), el("p", {}, facts, person.outliers ? el("span", { class: "remark" },
      `${count(person.outliers, "face")} too unlike the others, not used`) : null)),
    drop, place,
    el("div", { class: "deeds" },
      button("With the camera", () => { shown.close(); enrolPerson(name); }, { sign: "camera" }),
      button("Rename", () => rename(name, shown), { sign: "edit" }),
      button("Merge with…", () => merge(name, shown), { sign: "merge" }),
      button("Forget", () => forget(name, shown), { kind: "danger-words", sign: "forget" })));
}

function rename(name, shown) {
  const asked = dialog("Rename", { kind: "small" });
  const field = el("input", { id: "new-name", value: name, maxlength: 200, required: true, autocomplete: "off", spellcheck: "false", dir: "auto" });
  const problem = el("p", { class: "trouble", role: "alert", hidden: true });
  const form = el("form", {
    onsubmit: async (event) => {
      event.preventDefault();
      const to = tidy(field.value);
      if (to === name) return asked.close();
      if (known.find(to)) return offerMerge(problem, name, to, [asked, shown]);
      try {
        await known.rename(name, to);
      } catch (error) {
        problem.textContent = error.message;
        problem.hidden = false;
        return;
      }
      asked.close();
      shown.close();
      toCard(to);
      toast(`${name} is called ${to} now.`);
    },
  });
  form.append(el("label", { htmlFor: "new-name" }, "Name"), field, problem,
    el("div", { class: "actions" }, button("Cancel", () => asked.close()), el("button", { class: "primary" }, "Rename")));
  fill(asked.body, form);
  field.select();
}

function offerMerge(problem, name, to, open) {
  fill(problem, `Somebody is called ${to} already. `, button("Are they one person?", () => {
    for (const one of open) one.close();
    joined(to, name);
  }, { kind: "link" }));
  problem.hidden = false;
}

async function merge(name, shown) {
  const answer = await askWho({ title: `Who is ${name} too?`, not: name, nobody: false, fresh: false, words: `All photos of that person become photos of ${name}.` });
  if (!answer) return;
  if (await joined(name, answer.name)) shown.close();
}

async function joined(name, other) {
  const sure = await confirm("One person?", `The photos of ${other} become photos of ${name}, and the name ${other} is gone. This cannot be undone.`, { yes: "Make them one" });
  if (!sure) return false;
  try {
    await known.merge(name, other);
  } catch (error) {
    trouble(error);
    return false;
  }
  toCard(name);
  toast(`${other} and ${name} are one person now: ${name}.`);
  return true;
}

async function forget(name, shown) {
  const sure = await confirm(`Forget ${name}?`, `Every face, picture and number kept of ${name} is removed for good.`, { yes: "Forget", danger: true });
  if (!sure) return;
  try {
    await known.forget(name);
  } catch (error) {
    trouble(error);
    return;
  }
  shown.close();
  toast(`${name} is forgotten.`);
}
