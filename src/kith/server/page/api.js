// The server's HTTP answers, and the key that it may ask for.

import { pause } from "./dom.js";

const KEPT = "kith-key";
const SECONDS = 60;
const PATIENCE = 10; // seconds: a longer Retry-After is told instead of waited for

/** What went wrong, in one line for people. */
export class ApiError extends Error {
  constructor(status, reason, code = "", wait = 0, report = null) {
    super(reason);
    this.report = report;
    this.status = status;
    this.code = code;
    this.wait = wait;
  }
}

let key = stored(sessionStorage) ?? stored(localStorage) ?? "";
let askForKey = async () => null;
let asking = null;

/** Tell who asks the user for a key: a function of "was there a wrong one" to {key, keep} or null. */
export function onKeyNeeded(ask) {
  askForKey = ask;
}

/** The key, for the live connection; "" where none was needed so far. */
export function currentKey() {
  return key;
}

/** Ask for JSON. Raises ApiError. `json` or `form` make the body; `picture` is sent as it is. */
export async function call(path, options = {}) {
  const response = await request(path, options);
  return response.status === 204 ? null : response.json();
}

/** Ask for a picture; null where there is none. */
export async function picture(path) {
  try {
    const response = await request(path);
    return response.status === 204 ? null : await response.blob();
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

async function request(path, options = {}, tries = 0) {
  const used = key;
  const response = await send(path, options);
  if (response.ok) return response;
  if (response.status === 401 && (await newKey(used))) return request(path, options, tries);
  const error = await refusal(response);
  if ([429, 503].includes(error.status) && error.wait <= PATIENCE && tries < 4) {
    await pause(1000 * Math.max(error.wait, 0.5) * (1 + Math.random()));
    return request(path, options, tries + 1);
  }
  throw error;
}

async function send(path, { method, json, form, picture, signal } = {}) {
  const headers = key ? { Authorization: `Bearer ${key}` } : {};
  let body = form ?? picture;
  if (json !== undefined) {
    body = JSON.stringify(json);
    headers["Content-Type"] = "application/json";
  } else if (picture) {
    headers["Content-Type"] = picture.type || "application/octet-stream";
  }
  const limit = AbortSignal.timeout(1000 * SECONDS);
  signal = signal ? AbortSignal.any([signal, limit]) : limit;
  const asked = { method: method ?? (body ? "POST" : "GET"), headers, body, signal };
  try {
    return await fetch(path, { ...asked, credentials: "omit", redirect: "error" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    const slow = error.name === "TimeoutError";
    throw new ApiError(0, slow ? "The server took too long." : "The server does not answer.");
  }
}

async function refusal(response) {
  let said = {};
  let report = null;
  try {
    const body = await response.json();
    said = body.error ?? {};
    report = body.report ?? null;
  } catch {
    // a proxy's page, or nothing: the status has to do
  }
  const wait = Number(response.headers.get("Retry-After")) || 0;
  const reason = said.reason || `The server refused (status ${response.status}).`;
  return new ApiError(response.status, sentence(reason), said.code, wait, report);
}

/** Ask once, however many requests were refused; false where the user gave none. */
async function newKey(used) {
  if (key !== used) return true; // somebody else got one meanwhile
  asking ??= askForKey(used !== "").finally(() => (asking = null));
  const given = await asking;
  if (!given) return false;
  if (key !== given.key) keep(given);
  return true;
}

function keep(given) {
  key = given.key;
  try {
    sessionStorage.setItem(KEPT, key);
    if (given.keep) localStorage.setItem(KEPT, key);
    else localStorage.removeItem(KEPT);
  } catch {
    // a browser that keeps nothing: the key lasts as long as the page
  }
}

function stored(place) {
  try {
    return place.getItem(KEPT);
  } catch {
    return null;
  }
}

/** A reason as a sentence: the server's begin small and end without a full stop. */
export function sentence(reason) {
  const text = String(reason).trim();
  if (!text) return text;
  return text[0].toUpperCase() + text.slice(1) + (/[.!?…]$/.test(text) ? "" : ".");
}
