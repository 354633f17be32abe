// The page's beginning: views by address, keys, the footer.

import { call, onKeyNeeded } from "./api.js";
import { addPerson } from "./add.js";
import { askForKey } from "./dialog.js";
import { byId, el, fill } from "./dom.js";
import { initCompare, take } from "./compare.js";
import { enrolHere, initLive } from "./live.js";
import { lay } from "./navigate.js";
import { enterPeople, initPeople } from "./people.js";
import { identify, initPhoto } from "./photo.js";
import { photosOf } from "./pictures.js";
import { showSettings } from "./settings.js";
import { welcome } from "./greeter.js";
import { score } from "./words.js";

const VIEWS = { live: "Live", people: "People", photo: "Photo", compare: "Compare" };

function show() {
  const asked = location.hash.slice(1);
  if (asked === "main") return; // the skip link
  const view = asked in VIEWS ? asked : "live";
  for (const name of Object.keys(VIEWS)) {
    byId(`view-${name}`).hidden = name !== view;
    const link = document.querySelector(`.tabs a[href="#${name}"]`);
    if (name === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${VIEWS[view]} · kith`;
  document.body.dataset.view = view;
  scrollTo(0, 0);
  if (view === "people") enterPeople();
}

function go(view) {
  if (location.hash === `#${view}`) show();
  else location.hash = view;
}

function pasted(event) {
  if (event.target.closest?.("input, dialog")) return;
  const files = photosOf(event.clipboardData?.files);
  if (files.length) dropped(files);
}

// Photos dropped on a view that has no place of its own for them.
function dropped(files) {
  if (document.body.dataset.view === "compare" || files.length === 2) {
    go("compare");
    take(files);
  } else {
    go("photo");
    identify(files[0]);
  }
}

async function footer() {
  const here = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
  const where = here ? "this computer" : location.hostname;
  const place = byId("foot");
  fill(place, el("span", {}, `Pictures go to ${where} and nowhere else.`));
  try {
    const status = await call("v1/status");
    const parts = [`kith ${status.version ?? ""}`.trim(), status.embedder, status.threshold === undefined ? "" : `threshold ${score(status.threshold)}`];
    place.append(el("span", {}, parts.filter(Boolean).join(" · ")));
  } catch {
    // the views say what is wrong as soon as they need the server
  }
}

onKeyNeeded(askForKey);
lay({
  enrolPerson: (name) => {
    go("live");
    enrolHere(name);
  },
});
initPeople();
initPhoto();
initCompare();
initLive(addPerson);
byId("open-settings").addEventListener("click", () => showSettings(() => welcome("Ada")));
addEventListener("hashchange", show);
addEventListener("paste", pasted);
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  const files = photosOf(event.dataTransfer?.files);
  if (files.length && !event.target.closest("dialog")) dropped(files);
});
show();
footer();
