// The welcome: once per visit, written over the picture and, where wanted, spoken by the browser.

import { byId, el } from "./dom.js";
import { settings } from "./settings.js";
import { toast } from "./say.js";
import { welcomeText } from "./languages.js";

const SHOWN = 5000; // milliseconds that a welcome stands over the picture
const HUNG = 20000; // an utterance that takes longer is given up
const LINES = 3; // welcomes over the picture at a time
const QUEUE = 3; // more welcomes than that are not waited for

let waiting = 0;
let warned = false;

export class Greeter {
  #here = new Map(); // name -> when last seen, in milliseconds

  /** Take note of who is recognised now; greets those who come for a new visit. */
  present(names, now = performance.now()) {
    for (const name of names) {
      const last = this.#here.get(name);
      this.#here.set(name, now);
      if (last === undefined || now - last > 1000 * settings.away) welcome(name);
    }
    for (const [name, last] of this.#here) {
      if (now - last > 1000 * settings.away) this.#here.delete(name);
    }
  }
}

/** Welcome somebody. */
export function welcome(name) {
  const words = welcomeText(settings, name);
  const line = el("p", { dir: "auto" }, words);
  byId("welcome").append(line);
  if (byId("welcome").children.length > LINES) byId("welcome").firstChild.remove();
  setTimeout(() => line.remove(), SHOWN);
  if (settings.speak) speak(words, settings.language);
}

/** Say words aloud; says so once where the browser cannot. */
export function speak(words, language = "en") {
  if (!window.speechSynthesis) {
    complain("This browser cannot speak.");
    return;
  }
  if (waiting >= QUEUE) return;
  const said = new SpeechSynthesisUtterance(words);
  const voice = voiceFor(language);
  said.lang = voice?.lang ?? language;
  if (voice) said.voice = voice;
  waiting += 1;
  const late = setTimeout(() => window.speechSynthesis.cancel(), HUNG);
  let over = false;
  const done = (event) => {
    if (over) return;
    over = true;
    clearTimeout(late);
    waiting -= 1;
    if (event.error === "not-allowed") complain("Click the page once: before, the browser lets it say nothing.");
  };
  said.onend = done;
  said.onerror = done;
  setTimeout(() => done({}), HUNG + 1000); // an engine that tells nothing back
  window.speechSynthesis.speak(said);
}

function voiceFor(language) {
  const voices = window.speechSynthesis.getVoices().filter((one) => one.lang.startsWith(language));
  // Only a voice of this device: others send the words, and with them the name, to their maker.
  return voices.find((one) => one.localService && one.default) ?? voices.find((one) => one.localService);
}

function complain(words) {
  if (!warned) toast(words);
  warned = true;
}
