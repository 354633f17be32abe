// What is said of faces, people and photos.

/** "1 photo", "3 photos". */
export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

/** A cosine as people read it. */
export function score(similarity) {
  return similarity === null || similarity === undefined ? "–" : similarity.toFixed(2).replace("-", "−");
}

/** "Ada", "Ada and Bo", "Ada, Bo and Cy". */
export function listed(words) {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** What stands at a face in the live picture: a name, a question mark, or dots while it looks. */
export function label(face) {
  if (face.verdict === "match") return face.name;
  return face.verdict === null ? "…" : "?";
}

/** The same in words. */
export function headline(face) {
  switch (face.verdict) {
    case "match": return face.name;
    case "unknown": return "Not known";
    case "ambiguous": return "Cannot tell apart";
    case "low_quality": return "Too poor to tell";
    case "no_face": return "No face";
    default: return "Looking…";
  }
}

/** Why there is no name, in one short line; "" where the similarity says enough. */
export function remark(face) {
  const candidates = face.candidates ?? [];
  switch (face.verdict) {
    case "match": return "";
    case "unknown":
      if (face.similarity === null || face.similarity === undefined) return "nobody is known yet";
      return candidates.length ? `most like ${candidates[0].name}` : "";
    case "ambiguous":
      if (candidates.length < 2) return "two people look too much like this";
      return `either ${candidates[0].name} or ${candidates[1].name}`;
    case "low_quality": return hint(face) || "the face is hard to see";
    default: return hint(face) || "a few more looks are needed";
  }
}

/** What would help, from the server's few words on a poor face. */
export function hint(face) {
  const words = face.hint ?? face.reason;
  if (words === "mask") return "please take off the mask";
  return words ? words.replace(/^face /, "") : "";
}

/** How the enrolment went, as sentences; the first is the answer. */
export function enrolled(report) {
  const said = [];
  const kept = report.added + report.already;
  if (report.added) said.push(`${count(report.added, "photo")} added.`);
  else if (kept) said.push("Nothing new: these photos were known already.");
  if (report.added && report.already) said.push(`${count(report.already, "photo")} known already.`);
  for (const one of report.rejected ?? []) said.push(`${one.source}: ${one.reason}.`);
  for (const one of report.conflicts ?? []) said.push(`${one.source}: stands for ${one.person} already.`);
  for (const source of report.several ?? []) said.push(`${source}: of several faces the largest in the middle was taken.`);
  for (const one of report.poor ?? []) said.push(`${one.source}: kept, but the face is ${one.reason}.`);
  for (const source of report.masked ?? []) said.push(`${source}: kept, but the face wears a mask.`);
  for (const source of report.outliers ?? []) said.push(`${source}: too unlike the other photos, kept but not used.`);
  if (report.all_poor) said.push("No photo is good yet: add a better one.");
  return said;
}

/** "12:03", as the reader writes it. */
export function clock(date) {
  return date.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
}

/** "22 November 2026", from ISO 8601. */
export function day(iso) {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? "" : date.toLocaleDateString([], { dateStyle: "long" });
}

/** Seconds as "12 s", "3 min", "2 h". */
export function span(seconds) {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
