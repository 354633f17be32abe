// The people the server knows; one list for the whole page.

import { call } from "./api.js";
import { outdated } from "./portraits.js";

const PAGE = 500;

class Known extends EventTarget {
  /** {name, photos, faces, outliers, created, thumbnail} of each, by name. */
  list = [];
  loaded = false;
  #loading = null;

  /** Ask anew. Raises ApiError. */
  load() {
    this.#loading ??= this.#ask().finally(() => (this.#loading = null));
    return this.#loading;
  }

  /** The list, asked for where it is not there yet. */
  async ready() {
    if (!this.loaded) await this.load();
    return this.list;
  }

  find(name) {
    return this.list.find((person) => person.name === name);
  }

  /** Add photos one by one, so that one bad photo keeps no other; a report as of the command. */
  async addPhotos(name, files, { box = null, onProgress = () => {}, signal } = {}) {
    const report = { name, added: 0, already: 0, several: [], rejected: [], conflicts: [], outliers: [], poor: [], masked: [], all_poor: false };
    for (const [index, file] of files.entries()) {
      onProgress(index, files.length);
      const form = new FormData();
      form.append("photos", file, file.name || "photo.jpg");
      if (box) form.append("box", box.join(","));
      try {
        gather(report, await call(`${path(name)}/photos`, { form, signal }));
      } catch (error) {
        if (![400, 409, 413, 415, 422].includes(error.status)) throw error;
        if (error.report) gather(report, error.report);
        else report.rejected.push({ source: file.name || "photo", reason: plain(error.message, file.name) });
      }
    }
    await this.#changed(name);
    return report;
  }

  async rename(name, to) {
    await call(path(name), { method: "PATCH", json: { name: to } });
    this.dispatchEvent(new CustomEvent("renamed", { detail: { name, to } }));
    await this.#changed(name, to);
  }

  /** Make one person of two; `other`'s photos become `name`'s. */
  async merge(name, other) {
    await call(`${path(name)}/merge`, { json: { other } });
    this.dispatchEvent(new CustomEvent("renamed", { detail: { name: other, to: name } }));
    await this.#changed(name, other);
  }

  async forget(name) {
    await call(path(name), { method: "DELETE" });
    this.dispatchEvent(new CustomEvent("renamed", { detail: { name, to: null } }));
    await this.#changed(name);
  }

  /** Somebody was learned elsewhere (the camera). */
  learned(name) {
    return this.#changed(name);
  }

  async #changed(...names) {
    for (const name of names) outdated(name);
    await this.#loading?.catch(() => {}); // it may have begun before the change
    await this.load();
  }

  async #ask() {
    const found = [];
    let after = null;
    do {
      const from = after === null ? "" : `&after=${encodeURIComponent(after)}`;
      const page = await call(`v1/people?limit=${PAGE}${from}`);
      found.push(...page.people);
      after = page.next;
      if (!this.loaded && after) this.#show([...found]); // of thousands the first ones at once
    } while (after !== null && after !== undefined);
    this.loaded = true;
    this.#show(found);
  }

  #show(list) {
    this.list = list;
    this.dispatchEvent(new Event("change"));
  }
}

function path(name) {
  return `v1/people/${encodeURIComponent(name)}`;
}

function gather(report, one) {
  report.name = one.name;
  report.added += one.added;
  report.already += one.already;
  for (const part of ["several", "rejected", "conflicts", "poor", "masked"]) report[part].push(...(one[part] ?? []));
  if (!one.added) return; // without a new photo it says nothing of these
  report.outliers = one.outliers ?? [];
  report.all_poor = Boolean(one.all_poor);
}

// The server names the photo at the beginning of its reason; the report does so anyway.
function plain(reason, source) {
  const words = source && reason.toLowerCase().startsWith(`${source.toLowerCase()}: `)
    ? reason.slice(source.length + 2) : reason;
  return words.replace(/\.$/, "").replace(/; nobody was enrolled$/, "");
}

export const known = new Known();
