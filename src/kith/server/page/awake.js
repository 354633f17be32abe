// A screen at a door should not go dark while the camera runs.

let promise = null;
let wanted = false;

/** Ask the browser to keep the screen on; where it cannot, all goes on without. */
export async function stayAwake() {
  wanted = true;
  try {
    promise = await navigator.wakeLock.request("screen");
    if (!wanted) mayRest();
  } catch {
    // not granted, or not known to this browser
  }
}

/** The screen may go dark again. */
export function mayRest() {
  wanted = false;
  promise?.release().catch(() => {});
  promise = null;
}
