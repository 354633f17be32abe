// The live view: camera, connection, frames over the picture, who is here.

import { sentence } from "./api.js";
import { mayRest, stayAwake } from "./awake.js";
import { CameraTrouble, cameras, closeCamera, mayOpen, openCamera } from "./camera.js";
import { correct, corrected } from "./correct.js";
import { byId } from "./dom.js";
import { Enrolment } from "./enrol.js";
import { Greeter } from "./greeter.js";
import { known } from "./known.js";
import { Link } from "./link.js";
import { Overlay } from "./overlay.js";
import { copied, cut } from "./pictures.js";
import { Present } from "./present.js";
import { toast, trouble } from "./say.js";
import { Sender } from "./sender.js";
import { settings } from "./settings.js";
import { banner, curtain, figures, fillScreen, noBanner } from "./stage.js";

const QUIET = 3000; // milliseconds without a face; then one picture in SLOWLY milliseconds does
const SLOWLY = 100;

const video = byId("video");
const link = new Link();
const sender = new Sender(video, link);
const greeter = new Greeter();
const enrolment = new Enrolment(link);
const overlay = new Overlay(byId("faces"), (face) => correct(link, face, snapshot(face)));
const present = new Present(snapshot, (face, portrait) => correct(link, face, copied(portrait)));

let camera = null;
let wanted = null; // which camera was asked for
let frame = null; // the newest answer
let empty = 0; // since when nobody is in the picture
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
  link.addEventListener("state", ({ detail }) => connected(detail));
  link.addEventListener("frame", ({ detail }) => answered(detail));
  link.addEventListener("corrected", ({ detail }) => corrected(detail));
  link.addEventListener("error", ({ detail }) => {
    if (detail.seq === undefined) trouble(new Error(sentence(detail.reason))); // else one bad picture
  });
  known.addEventListener("renamed", ({ detail }) => present.rename(detail.name, detail.to));
  document.addEventListener("visibilitychange", visible);
  navigator.mediaDevices?.addEventListener?.("devicechange", devicesChanged);
  setInterval(everySecond, 1000);
  applySettings();
  curtain({ title: "Who is there?", words: "The camera’s pictures go to this kith server only, and none is kept.", action: "Start the camera", quiet: true }, start);
  if (settings.running && (await mayOpen())) await start();
}

/** Open the camera and connect. True where it runs. */
export async function start() {
  if (camera) return true;
  curtain({ title: "Waiting for the camera", words: "The browser may ask whether this page may use it.", busy: true });
  try {
    await show(await open());
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

function open() {
  wanted = settings.camera;
  return openCamera({ id: wanted });
}

async function show(opened) {
  camera = opened;
  camera.track.addEventListener("ended", unplugged);
  video.srcObject = camera.stream;
  video.onresize = shape;
  await video.play();
  shape();
  applySettings();
  byId("curtain").hidden = true;
  byId("controls").hidden = false;
  byId("stage").classList.add("running");
  document.body.classList.add("camera-on");
  stayAwake();
  byId("turn").hidden = (await cameras()).length < 2;
  sender.start();
  link.open();
}

/** Let the camera go. */
export function stop() {
  quit();
  settings.change({ running: false });
  curtain({ title: "The camera is off", action: "Start the camera", icon: "off" }, start);
}

function quit() {
  enrolment.cancel();
  sender.stop();
  link.close();
  closeCamera(camera);
  camera = null;
  video.srcObject = null;
  mayRest();
  overlay.clear();
  present.clear();
  noBanner();
  byId("controls").hidden = true;
  byId("stage").classList.remove("running");
  document.body.classList.remove("camera-on");
}

function failed(error) {
  const title = error instanceof CameraTrouble ? error.title : "The camera does not start";
  quit();
  curtain({ title, words: error.message, action: "Try again", icon: "off" }, start);
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
  if (!camera || opening || settings.camera === wanted) return;
  camera.track.removeEventListener("ended", unplugged);
  closeCamera(camera);
  camera = null;
  opening = open().then(show).catch(failed);
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
  const now = performance.now();
  if (message.faces.length) empty = now;
  sender.pace = now - empty > QUIET ? SLOWLY : 0;
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

function connected({ state, reason, again }) {
  if (state === "open") noBanner({ back: true });
  if (state !== "lost") return;
  overlay.clear();
  present.clear();
  banner(reason, again, () => link.hurry());
}

function everySecond() {
  if (!camera) return;
  link.check();
  figures(answers, dropped, link.state === "open" ? link.roundTrip() : null, frame);
  answers = 0;
}

// A page nobody sees sends nothing, and frees its place at the server.
function visible() {
  if (!camera) return;
  if (!document.hidden) {
    stayAwake(); // it is lost when the page is hidden
    link.open();
    return;
  }
  if (enrolment.running) return;
  link.close();
  overlay.clear();
  present.clear();
}
