// Recording a voice note: hold the button and let go to send, or press once to record and once more to send.
// Sliding away or Escape throws the recording away.

const MOST = 300; // seconds that the bot listens to
const TAP = 350; // milliseconds: a shorter press keeps recording
const AWAY = 70; // pixels to slide until letting go throws it away
const KINDS = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];

export class Recorder {
  /** `node` holds .microphone and .recording; `onDone(blob, seconds)` takes the note, `say(text)` tells why not. */
  constructor(node, onDone, say) {
    this.find = (selector) => node.querySelector(selector);
    this.button = this.find(".microphone");
    this.panel = this.find(".recording");
    this.onDone = onDone;
    this.say = say;
    this.wire();
  }

  wire() {
    this.button.addEventListener("pointerdown", (event) => this.press(event));
    this.button.addEventListener("pointermove", (event) => this.slide(event));
    this.button.addEventListener("pointerup", () => this.release());
    this.button.addEventListener("pointercancel", () => this.cancel());
    this.button.addEventListener("contextmenu", (event) => event.preventDefault()); // a long press is meant
    this.button.addEventListener("click", (event) => event.detail === 0 && this.toggle()); // by key or screen reader
    this.find(".throw-away").addEventListener("click", () => this.cancel());
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.running) return;
      event.preventDefault();
      this.cancel();
    });
  }

  press(event) {
    if (event.button !== 0) return;
    if (this.running) {
      this.held = null;
      this.stop();
      return;
    }
    this.held = { x: event.clientX, y: event.clientY, at: performance.now(), away: false };
    this.button.setPointerCapture(event.pointerId);
    this.start();
  }

  slide(event) {
    if (!this.held) return;
    this.held.away = Math.hypot(event.clientX - this.held.x, event.clientY - this.held.y) > AWAY;
    this.panel.classList.toggle("away", this.held.away);
    this.tell();
  }

  release() {
    const { held } = this;
    this.held = null;
    if (!held) return;
    if (held.away) this.cancel();
    else if (performance.now() - held.at > TAP) this.stop();
    else this.tell(); // a tap: it goes on until the next one
  }

  toggle() {
    if (this.running) this.stop();
    else this.start();
  }

  async start() {
    if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) {
      this.held = null;
      this.say("This browser gives the microphone only to pages of this machine (localhost) or over https.");
      return;
    }
    this.running = { chunks: [], thrown: false, wanted: true };
    this.find(".clock").textContent = clockOf(0); // not that of the last one
    this.find(".level").value = 0;
    const { running } = this;
    try {
      running.stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      this.running = null;
      this.say("I could not use the microphone. Allow it for this page in the browser's settings.");
      return;
    }
    const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
    running.recorder = new MediaRecorder(running.stream, mimeType ? { mimeType } : {});
    running.recorder.addEventListener("dataavailable", (event) => running.chunks.push(event.data));
    running.recorder.addEventListener("stop", () => this.finish(running));
    running.began = performance.now();
    running.recorder.start();
    this.listen(running);
    this.show(true);
    if (!running.wanted) this.end(running); // it was ended while the browser asked
  }

  /** The level, from the loudest sample of what was just heard. */
  listen(running) {
    running.context = new AudioContext();
    const analyser = running.context.createAnalyser();
    analyser.fftSize = 1024;
    running.context.createMediaStreamSource(running.stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const step = () => {
      if (this.running !== running) return;
      analyser.getFloatTimeDomainData(samples);
      const peak = samples.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
      this.find(".level").value = Math.min(1, peak * 1.6);
      this.find(".clock").textContent = clockOf(this.seconds(running));
      if (this.seconds(running) >= MOST) this.stop();
      requestAnimationFrame(step);
    };
    step();
  }

  seconds(running) {
    return (performance.now() - running.began) / 1000;
  }

  stop() {
    if (this.running) this.end(this.running);
  }

  cancel() {
    this.held = null;
    if (!this.running) return;
    this.running.thrown = true;
    this.end(this.running);
  }

  end(running) {
    running.wanted = false;
    if (running.recorder?.state === "recording") {
      running.length = this.seconds(running);
      running.recorder.stop();
    }
  }

  finish(running) {
    for (const track of running.stream.getTracks()) track.stop();
    running.context.close();
    this.running = null;
    this.show(false);
    if (running.thrown) {
      this.find(".recorder-state").textContent = "Recording thrown away.";
    } else if (running.length < 0.5) {
      this.say("That was too short to hold anything. Hold the button while you speak, or tap it to begin.");
    } else {
      this.find(".recorder-state").textContent = "Voice note sent.";
      this.onDone(new Blob(running.chunks, { type: running.recorder.mimeType }), running.length);
    }
  }

  show(on) {
    this.panel.hidden = !on;
    this.panel.classList.remove("away");
    this.button.classList.toggle("on", on);
    this.button.setAttribute("aria-pressed", String(on));
    this.button.setAttribute("aria-label", on ? "Send the voice note" : "Record a voice note");
    if (on) this.find(".recorder-state").textContent = "Recording. Press again to send, Escape to throw away.";
    this.tell();
  }

  tell() {
    const held = this.held ? "Let go to send, slide away to throw it away" : "Press the microphone to send";
    this.find(".how").textContent = this.held?.away ? "Let go to throw it away" : held;
  }
}

function clockOf(seconds) {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}
