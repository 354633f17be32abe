// The live connection: pictures out, answers in; comes back by itself when it breaks.

import { call, currentKey, sentence } from "./api.js";

const IN_FLIGHT = 2; // pictures that may wait for an answer
const SILENCE = 10000; // an answer that takes longer, in milliseconds, will not come
const SOONEST = 500;
const LATEST = 10000;
const NO_KEY = 4401; // the close code where the key was taken back
const KEPT = 300; // round trips that the figures are made of

/**
 * Events: "state" with {state: "connecting" | "open" | "lost", reason, again}, and one named like
 * each kind of message of the server ("hello", "frame", "event", "enrol", ...), the message as its
 * detail; "error" for what the server could not do.
 */
export class Link extends EventTarget {
  #socket = null;
  #wanted = false;
  #tries = 0;
  #timer = 0;
  #number = 0;
  #began = 0; // when it tried to connect
  #waiting = new Map(); // sequence number -> when its picture was taken
  #trips = [];
  state = "closed";

  /** Connect, and stay connected until `close`. */
  open() {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#tries = 0;
    this.#connect();
  }

  close() {
    this.#wanted = false;
    clearTimeout(this.#timer);
    this.#drop();
    this.#trips = [];
    this.state = "closed";
  }

  /** Try again at once instead of waiting. */
  hurry() {
    if (!this.#wanted || this.state !== "lost") return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  /** Whether a picture may be sent now. */
  get room() {
    return this.state === "open" && this.#waiting.size < IN_FLIGHT;
  }

  /** Send an encoded picture that was taken at this time of performance.now(). */
  sendPicture(bytes, taken) {
    if (this.state !== "open") return;
    this.#number = (this.#number + 1) >>> 0;
    const message = new Uint8Array(4 + bytes.byteLength);
    new DataView(message.buffer).setUint32(0, this.#number);
    message.set(new Uint8Array(bytes), 4);
    this.#waiting.set(this.#number, taken);
    this.#socket.send(message);
  }

  /** Send a wish; false where nobody is there to hear it. */
  tell(wish) {
    if (this.state !== "open") return false;
    this.#socket.send(JSON.stringify(wish));
    return true;
  }

  /** Milliseconds from picture to answer: {median, most}, `most` holding for 95 of 100; or null. */
  roundTrip() {
    if (!this.#trips.length) return null;
    const sorted = this.#trips.toSorted((a, b) => a - b);
    const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    return { median: at(0.5), most: at(0.95), count: sorted.length };
  }

  /** To be called now and then: gives up a server that fell silent. */
  check(now = performance.now()) {
    const [oldest] = this.state === "connecting" && this.#socket ? [this.#began] : this.#waiting.values();
    if (oldest !== undefined && now - oldest > SILENCE) this.#lost("The server fell silent.");
  }

  #connect() {
    this.#drop();
    this.#began = performance.now();
    this.#say("connecting");
    const place = new URL("v1/live", document.baseURI);
    place.protocol = place.protocol.replace("http", "ws");
    const key = currentKey();
    const socket = new WebSocket(place, key ? ["kith", `key.${key}`] : ["kith"]);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = (event) => this.#socket === socket && this.#hear(event.data);
    socket.onclose = (event) => this.#socket === socket && this.#closed(event);
  }

  #hear(data) {
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    if (message.type === "hello") {
      this.#tries = 0;
      this.#say("open");
    }
    if (message.seq !== undefined) this.#answered(message.seq, message.type === "frame");
    this.dispatchEvent(new CustomEvent(message.type, { detail: message }));
  }

  // The server may leave out pictures that newer ones overtook: an answer answers all before it.
  #answered(number, well) {
    const taken = this.#waiting.get(number);
    if (well && taken !== undefined) this.#trips.push(performance.now() - taken);
    if (this.#trips.length > KEPT) this.#trips.shift();
    for (const one of this.#waiting.keys()) if (one <= number) this.#waiting.delete(one);
  }

  #closed(event) {
    const met = this.state === "open";
    this.#drop();
    const said = event.reason ? sentence(event.reason) : "";
    const keyless = event.code === NO_KEY;
    if (met && keyless) this.#say("lost", { reason: said, again: false });
    if (met && !keyless) this.#lost(said || "The connection was lost.");
    else this.#askWhy(said || "The server refused the live connection.");
  }

  // A browser seldom tells why a connection was refused; an ordinary request does, and asks the user
  // for the key where one is needed.
  async #askWhy(reason) {
    const used = currentKey();
    let again = true;
    try {
      await call("v1/status");
    } catch (error) {
      reason = error.message;
      again = error.status !== 401;
    }
    if (!this.#wanted || this.#socket) return;
    if (currentKey() !== used) this.#connect();
    else this.#lost(reason, again);
  }

  #lost(reason, again = true) {
    this.#drop();
    if (!this.#wanted) return;
    this.#say("lost", { reason, again });
    if (!again) return;
    const delay = Math.min(LATEST, SOONEST * 2 ** this.#tries) * (0.75 + Math.random() / 2);
    this.#tries += 1;
    this.#timer = setTimeout(() => this.#connect(), delay);
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    this.#waiting.clear();
    socket?.close();
  }

  #say(state, more = {}) {
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: { state, ...more } }));
  }
}
