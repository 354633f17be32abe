// "Who is it?": choosing a person, a new name, or nobody.

import { button, el, fill, icon, nameOf } from "./dom.js";
import { dialog } from "./dialog.js";
import { known } from "./known.js";
import { portrait } from "./portraits.js";
import { trouble } from "./say.js";

const SHOWN = 60;

/**
 * Ask who a face is. Resolves to {name}, {name: null} for nobody known, or null where the user
 * changed their mind. `not` is a name that it was taken for; `nobody` offers "nobody I know", `fresh`
 * a name that nobody has yet.
 */
export async function askWho({ face = null, title = "Who is it?", not = null, nobody = true, fresh = true, words = "" }) {
  known.ready().catch(trouble);
  const asked = dialog(title);
  const list = el("ul", { class: "choices" });
  const field = el("input", {
    id: "who", type: "text", autocomplete: "off", spellcheck: "false", maxlength: 200,
    placeholder: "Name", dir: "auto", oninput: () => offer(),
  });
  const choose = (name) => asked.close({ name });
  const form = el("form", {
    onsubmit: (event) => {
      event.preventDefault();
      const name = tidy(field.value);
      if (name && name !== not && (fresh || known.find(name))) choose(name);
    },
  });
  const row = el("div", { class: "asked" }, face ? el("span", { class: "portrait large" }, face) : null,
    el("div", {}, el("label", { htmlFor: "who" }, fresh ? "A name you know, or a new one" : "Name"), field));
  form.append(words ? el("p", { class: "note" }, words) : "", row, list);
  if (nobody) {
    form.append(el("div", { class: "actions left" },
      button("Nobody I know", () => choose(null), { sign: "nobody" })));
  }
  fill(asked.body, form);
  field.focus();

  function offer() {
    const typed = tidy(field.value);
    const wanted = folded(typed);
    const found = known.list.filter((one) => one.name !== not && folded(one.name).includes(wanted));
    const same = found.some((one) => one.name === typed) || typed === not;
    const rows = found.slice(0, SHOWN).map((one) =>
      el("li", {}, el("button", { type: "button", onclick: () => choose(one.name) }, portrait(one), nameOf(one.name))));
    if (fresh && typed && !same) {
      rows.unshift(el("li", {}, el("button", { type: "submit", class: "new" },
        el("span", { class: "portrait" }, icon("add")), el("span", {}, "New person: ", nameOf(typed)))));
    }
    fill(list, rows);
  }
  offer();
  known.addEventListener("change", offer);
  const answer = await asked.closed;
  known.removeEventListener("change", offer);
  return answer ?? null;
}

/** A name without spaces around it or several between. */
export function tidy(text) {
  return text.trim().replace(/\s+/g, " ").normalize("NFC");
}

/** What names have in common however they are written: no case, no accents. */
export function folded(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}
