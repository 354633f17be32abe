// Takes pictures from the video and sends them, as many as are answered and never more.

const QUALITY = 0.85;

export class Sender {
  #video;
  #link;
  #canvas = new OffscreenCanvas(1, 1);
  #context = this.#canvas.getContext("2d", { alpha: false, desynchronized: true });
  #running = false;
  #busy = false;
  #last = -Infinity; // when a picture was taken
  side = 640; // longer side of the pictures, in pixels
  pace = 0; // least milliseconds from one picture to the next

  constructor(video, link) {
    this.#video = video;
    this.#link = link;
  }

  start() {
    if (this.#running) return;
    this.#running = true;
    this.#wait();
  }

  stop() {
    this.#running = false;
  }

  // Each new picture of the camera wakes it; where the browser cannot tell, a clock does.
  #wait() {
    if (!this.#running) return;
    const next = () => {
      this.#wait();
      this.#send();
    };
    if (this.#video.requestVideoFrameCallback) this.#video.requestVideoFrameCallback(next);
    else setTimeout(next, 33);
  }

  async #send() {
    if (!this.#running || this.#busy || !this.#link.room || this.#video.readyState < 2) return;
    const taken = performance.now();
    if (taken - this.#last < this.pace) return;
    this.#busy = true;
    this.#last = taken;
    try {
      const bytes = await this.#encode();
      this.#link.sendPicture(bytes, taken);
    } catch {
      // the video changed its size or went away between two pictures; the next one will do
    } finally {
      this.#busy = false;
    }
  }

  async #encode() {
    const { videoWidth, videoHeight } = this.#video;
    const scale = Math.min(1, this.side / Math.max(videoWidth, videoHeight));
    const width = Math.max(1, Math.round(videoWidth * scale));
    const height = Math.max(1, Math.round(videoHeight * scale));
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      Object.assign(this.#canvas, { width, height });
    }
    this.#context.drawImage(this.#video, 0, 0, width, height);
    const blob = await this.#canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
    return blob.arrayBuffer();
  }
}
