// The live view: camera, connection, frames over the picture, who is here.

import { sentence } from "./api.js";
import { CameraTrouble, cameras, closeCamera, mayOpen, openCamera } from "./camera.js";
import { button, byId, el, fill } from "./dom.js";
import { sign } from "./dialog.js";
import { Enrolment } from "./enrol.js";
import { Greeter } from "./greeter.js";
import { known } from "./known.js";
import { Link } from "./link.js";
import { Overlay } from "./overlay.js";
import { cut } from "./pictures.js";
import { Present } from "./present.js";
import { announce, toast, trouble } from "./say.js";
import { Sender } from "./sender.js";
import { settings } from "./settings.js";
import { askWho } from "./whois.js";

const video = byId("video");
const link = new Link();
const sender = new Sender(video, link);
const greeter = new Greeter();
const enrolment = new Enrolment(link);
const overlay = new Overlay(byId("faces"), (face) => correct(face));
const present = new Present((face) => snapshot(face), correct);

let camera = null;
let frame = null; // the newest answer
let answers = 0;
let dropped = 0;

/** Wire the view up; it starts by itself where it ran before and needs no question. */
export async function initLive(addPerson) {
  byId("enrol-here").addEventListener("click", () => addPerson());
  byId("stop").addEventListener("click", () => stop());
  byId("turn").addEventListener("click", nextCamera);
  byId("fill").addEventListener("click", fillScreen);
  byId("speak").addEventListener("click", () => settings.change({ speak: !settings.speak }));
  settings.addEventListener("change", applySettings);
  link.addEventListener("state", ({ detail }) => connection(detail));
  link.addEventListener("frame", ({ detail }) => answered(detail));
  link.addEventListener("corrected", ({ detail }) => corrected(detail));
  link.addEventListener("error", ({ detail }) => {
    if (detail.seq === undefined) trouble(new Error(sentence(detail.reason))); // else one bad picture
  });
  known.addEventListener("renamed", ({ detail }) => present.rename(detail.name, detail.to));
  document.addEventListener("visibilitychange", visible);
  navigator.mediaDevices?.addEventListener?.("devicechange", devicesChanged);
  setInterval(figures, 1000);
  applySettings();
  curtain({ title: "Who is there?", words: "The camera’s pictures go to this kith server only, and none is kept.", action: "Start the camera" });
  if (settings.running && (await mayOpen())) await start();
}

/** Open the camera and connect. True where it runs. */
export async function start() {
  if (camera) return true;
  curtain({ title: "Waiting for the camera", words: "The browser may ask whether this page may use it.", busy: true });
  try {
    await show(await openCamera({ id: settings.camera }));
  } catch (error) {
    failed(error);
    return false;
  }
  settings.change({ running: true });
  return true;
}

/** Learn somebody from the camera, which is started for that. */
export async function enrolHere(name) {
  if (!(await start())) return;
  if (link.state !== "open") await opened();
  if (!enrolment.start(name)) toast("The server does not answer; try again in a moment.", { trouble: true });
}

/** Connected or not after some seconds. */
function opened() {
  return new Promise((resolve) => {
    const done = () => resolve(link.removeEventListener("hello", done));
    link.addEventListener("hello", done);
    setTimeout(done, 5000);
  });
}

async function show(opening) {
  camera = opening;
  camera.track.addEventListener("ended", unplugged);
  video.srcObject = camera.stream;
  video.onresize = shape;
  await video.play();
  shape();
  applySettings();
  byId("curtain").hidden = true;
  byId("controls").hidden = false;
  byId("stage").classList.add("running");
  byId("turn").hidden = (await cameras()).length < 2;
  sender.start();
  link.open();
}

/** Let the camera go. */
export function stop() {
  quit();
  settings.change({ running: false });
  curtain({ title: "The camera is off", words: "", action: "Start the camera", icon: "off" });
}

function quit() {
  enrolment.cancel();
  sender.stop();
  link.close();
  closeCamera(camera);
  camera = null;
  video.srcObject = null;
  overlay.clear();
  present.clear();
  byId("banner").hidden = true;
  byId("controls").hidden = true;
  byId("stage").classList.remove("running");
}

function failed(error) {
  const known = error instanceof CameraTrouble;
  quit();
  curtain({ title: known ? error.title : "The camera does not start", words: error.message, action: "Try again", icon: "off" });
}

function unplugged() {
  if (camera) failed(new CameraTrouble("The camera is gone", "It was unplugged or switched off. Connect it, then try again."));
}

async function devicesChanged() {
  if (camera) byId("turn").hidden = (await cameras()).length < 2;
}

async function nextCamera() {
  const all = await cameras();
  const now = camera?.track.getSettings().deviceId;
  const next = all[(all.findIndex((one) => one.id === now) + 1) % all.length];
  if (next && next.id !== now) settings.change({ camera: next.id });
}

let opening = null;

async function applySettings() {
  sender.side = settings.side;
  const speak = byId("speak");
  speak.setAttribute("aria-pressed", String(settings.speak));
  speak.querySelector("use").setAttribute("href", settings.speak ? "#i-sound" : "#i-silent");
  const mirrored = settings.mirror ?? camera?.facing !== "environment";
  overlay.mirrored = mirrored;
  video.classList.toggle("mirrored", mirrored);
  const other = camera && settings.camera && camera.track.getSettings().deviceId !== settings.camera;
  if (!other || opening) return;
  camera.track.removeEventListener("ended", unplugged);
  closeCamera(camera);
  camera = null;
  opening = openCamera({ id: settings.camera }).then(show).catch(failed);
  await opening;
  opening = null;
}

function shape() {
  if (video.videoWidth) byId("view-live").style.setProperty("--ratio", video.videoWidth / video.videoHeight);
}

function answered(message) {
  frame = message;
  answers += 1;
  dropped = message.dropped ?? 0;
  overlay.show(message);
  present.show(message.faces);
  const here = message.faces.filter((face) => face.verdict === "match").map((face) => face.name);
  if (!enrolment.running) greeter.present(here);
}

function snapshot(face) {
  if (!frame || video.readyState < 2) return null;
  const scale = video.videoWidth / frame.width;
  return cut(video, face.box.map((value) => value * scale), 112, overlay.mirrored);
}

async function correct(face, portrait = null) {
  const taken = face.verdict === "match" ? face.name : null;
  const picture = portrait?.cloneNode() ?? snapshot(face);
  if (portrait) picture.getContext("2d").drawImage(portrait, 0, 0);
  const title = taken ? `Not ${taken}?` : "Who is it?";
  const answer = await askWho({ face: picture, title, not: taken, words: taken ? `Say who it really is. What is learned of ${taken} stays as it is.` : "" });
  if (!answer) return;
  const told = link.tell({ type: "correct", track: face.track, name: answer.name });
  if (!told) toast("The server does not answer; nothing was changed.", { trouble: true });
}

function corrected({ name, learned, reason }) {
  const what = name ? `Called ${name} from now on` : "Taken for nobody you know";
  const how = learned ? "; the face was learned." : reason ? `. Not learned: ${reason}.` : ".";
  toast(what + how.replace(/\.\.$/, "."));
  if (learned) known.learned(name).catch(trouble);
}

function connection({ state, reason, again }) {
  const banner = byId("banner");
  if (state === "open") {
    if (!banner.hidden && banner.dataset.lost) announce("Connected again");
    banner.hidden = true;
    delete banner.dataset.lost;
    return;
  }
  if (state === "connecting") return;
  overlay.clear();
  present.clear();
  banner.dataset.lost = "1";
  banner.hidden = false;
  const now = button(again ? "Try now" : "Try again", () => link.hurry(), { kind: "link" });
  fill(banner, el("span", {}, again ? `${reason} Trying again…` : reason), now);
}

// A page nobody sees sends nothing, and frees its place at the server.
function visible() {
  if (!camera) return;
  if (document.hidden && !enrolment.running) link.close();
  else link.open();
}

async function fillScreen() {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await byId("stage").requestFullscreen?.();
}

function figures() {
  if (!camera) return;
  link.check();
  const trip = link.roundTrip();
  const shown = byId("figures");
  if (!trip || link.state !== "open") return void (shown.textContent = "");
  shown.textContent = `${answers} pictures/s · answer in ${Math.round(trip.median)} ms`;
  shown.title = `95 of 100 answers within ${Math.round(trip.most)} ms; ${dropped} pictures overtaken; ${frame.width} × ${frame.height} pixels`;
  Object.assign(shown.dataset, { rate: answers, median: trip.median.toFixed(1), most: trip.most.toFixed(1), count: trip.count });
  answers = 0;
}

function curtain({ title, words, action = null, icon = "camera", busy = false }) {
  const place = byId("curtain");
  place.hidden = false;
  place.setAttribute("aria-busy", String(busy));
  fill(place, sign(icon), el("p", { class: "title" }, title), words ? el("p", {}, words) : null,
    action ? button(action, () => start(), { kind: "primary" }) : null);
  if (title !== "Who is there?") announce(`${title}. ${words}`);
}
