// The camera, and in words why there is none.

/** Why the camera does not run, as the curtain over the picture tells it. */
export class CameraTrouble extends Error {
  constructor(title, advice) {
    super(advice);
    this.title = title;
  }
}

/** Open a camera: {stream, track, facing}. Raises CameraTrouble. */
export async function openCamera({ id = null, facing = null } = {}) {
  const devices = navigator.mediaDevices;
  if (!devices?.getUserMedia) {
    throw new CameraTrouble("The camera needs a safe connection",
      "Browsers give a camera only to pages from this computer (http://localhost) or over https.");
  }
  const video = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
  if (id) video.deviceId = { exact: id };
  else video.facingMode = { ideal: facing ?? "user" };
  let stream;
  try {
    stream = await devices.getUserMedia({ video, audio: false });
  } catch (error) {
    if (id && error.name === "OverconstrainedError") return openCamera({ facing }); // it was unplugged
    throw explained(error);
  }
  const [track] = stream.getVideoTracks();
  return { stream, track, facing: track.getSettings().facingMode ?? facing ?? "user" };
}

/** Let it go; the light goes out. */
export function closeCamera(camera) {
  for (const track of camera?.stream.getTracks() ?? []) track.stop();
}

/** The cameras there are: {id, label}. Before permission browsers name none of them. */
export async function cameras() {
  try {
    const found = await navigator.mediaDevices.enumerateDevices();
    return found.filter((one) => one.kind === "videoinput" && one.deviceId)
      .map((one, index) => ({ id: one.deviceId, label: one.label || `Camera ${index + 1}` }));
  } catch {
    return [];
  }
}

/** Whether the camera may be opened without asking. */
export async function mayOpen() {
  try {
    return (await navigator.permissions.query({ name: "camera" })).state === "granted";
  } catch {
    return false;
  }
}

function explained(error) {
  switch (error.name) {
    case "NotAllowedError":
    case "SecurityError":
      return new CameraTrouble("The camera is not allowed",
        "Allow it for this page beside the browser’s address bar, then try again.");
    case "NotFoundError":
      return new CameraTrouble("No camera was found", "Connect one, then try again.");
    case "NotReadableError":
    case "AbortError":
      return new CameraTrouble("The camera does not start",
        "Another program may be using it. Close that, then try again.");
    default:
      return new CameraTrouble("The camera does not start", `The browser says: ${error.message}`);
  }
}
