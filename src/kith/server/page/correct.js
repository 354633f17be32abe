// Saying who somebody in the picture really is.

import { known } from "./known.js";
import { toast, trouble } from "./say.js";
import { askWho } from "./whois.js";

/** Ask who a face is, and tell the server; `portrait` is a picture of it, or null. */
export async function correct(link, face, portrait) {
  const taken = face.verdict === "match" ? face.name : null;
  const answer = await askWho({
    face: portrait, not: taken, title: taken ? `Not ${taken}?` : "Who is it?",
    words: taken ? `Say who it really is. What is learned of ${taken} stays as it is.` : "",
  });
  if (!answer) return;
  const told = link.tell({ type: "correct", track: face.track, name: answer.name });
  if (!told) toast("The server does not answer; nothing was changed.", { trouble: true });
}

/** Tell what became of it: the name holds, but only a good face of nobody else is learned. */
export function corrected({ name, learned, reason }) {
  const what = name ? `Called ${name} from now on` : "Taken for nobody you know";
  const how = learned ? "; the face was learned." : reason ? `. Not learned: ${reason}.` : ".";
  toast(what + how.replace(/\.\.$/, "."));
  if (learned) known.learned(name).catch(trouble);
}
