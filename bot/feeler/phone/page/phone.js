// One phone: the chat of one person with the bot.
import { bubbleOf, waitingOf } from "./bubble.js";
import { Commands } from "./commands.js";
import { Outbox, post } from "./outbox.js";
import { Preview } from "./preview.js";
import { Recorder } from "./recorder.js";
import { dayOf, make } from "./text.js";

const coarse = matchMedia("(pointer: coarse)");
const NEAR_END = 90; // pixels from the end that still count as being there

export class Phone {
  /** `host`: { people(list), openPanel(), close(id), picture(url, name, text) }. */
  constructor(userId, host) {
    this.id = userId;
    this.host = host;
    this.messages = new Map();
    const copy = document.getElementById("phone-template").content.cloneNode(true);
    this.node = copy.querySelector(".phone");
    this.find = (selector) => this.node.querySelector(selector);
    this.log = this.find(".log");
    this.scroll = this.find(".scroll");
    this.input = this.find("textarea");
    this.input.id = `message-${userId}`;
    this.find(".message-label").htmlFor = this.input.id;
    this.actions = {
      command: (text) => this.say(text),
      press: (message, key, button) => this.press(message, key, button),
      picture: host.picture,
    };
    this.preview = new Preview(this.find(".preview"), () => this.follow());
    this.commands = new Commands(this, (text) => this.say(text));
    this.recorder = new Recorder(
      this.node,
      (note, seconds) => this.sendVoice(note, seconds),
      (text) => this.toast({ text, alert: true }),
    );
    this.outbox = new Outbox(userId, (entries) => this.showWaiting(entries), (message) => this.upsert(message));
    this.connected = true;
    this.wire();
    this.connect();
  }

  wire() {
    this.find(".composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !coarse.matches) {
        event.preventDefault();
        this.submit();
      }
    });
    this.find(".start").addEventListener("click", () => this.say("/start"));
    this.find(".open-panel").addEventListener("click", () => this.host.openPanel());
    this.find(".close-phone").addEventListener("click", () => this.host.close(this.id));
    this.find(".latest").addEventListener("click", () => this.toEnd(true));
    this.find(".attach").addEventListener("click", () => this.find(".file").click());
    this.find(".file").addEventListener("change", (event) => {
      this.sendFiles([...event.target.files]);
      event.target.value = "";
    });
    this.node.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      this.node.classList.add("dropping");
    });
    for (const name of ["dragleave", "dragend", "drop"]) {
      this.node.addEventListener(name, (event) => {
        if (name !== "dragleave" || !this.node.contains(event.relatedTarget)) this.node.classList.remove("dropping");
      });
    }
    this.node.addEventListener("drop", (event) => {
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      this.sendFiles([...event.dataTransfer.files]);
    });
    this.find(".toggle-keys").addEventListener("click", () => this.toggleKeys());
    this.scroll.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.input.value = localStorage.getItem(`feeler.typed.${this.id}`) ?? "";
    const grown = new ResizeObserver(() => this.follow());
    for (const part of [this.scroll, this.log, this.find(".pending"), this.find(".preview")]) grown.observe(part);
  }

  // Connection

  connect() {
    this.log.parentElement.setAttribute("aria-busy", "true");
    this.source = new EventSource(`/phone/${this.id}/events`);
    this.source.addEventListener("message", (event) => this.hear(JSON.parse(event.data)));
    this.source.addEventListener("error", () => {
      this.connected = false;
      this.showState();
      if (this.source.readyState === EventSource.CLOSED) {
        clearTimeout(this.again);
        this.again = setTimeout(() => this.comeBack(), 2000);
      }
    });
  }

  /** The server answered, but not with events: connect anew, unless this phone has to be paired first. */
  async comeBack() {
    const answer = await fetch("/phone/people").catch(() => null);
    if (answer?.status === 401) location.assign("/pair");
    else this.connect();
  }

  disconnect() {
    this.recorder.cancel();
    this.source.close();
    clearTimeout(this.again);
    this.preview.clear();
    this.node.remove();
  }

  hear(event) {
    const heard = {
      state: () => this.fill(event),
      message: () => this.upsert(event.message),
      edited: () => this.upsert(event.message),
      deleted: () => this.drop(event.message.id),
      draft: () => this.preview.draft(event.draft),
      action: () => this.act(event.action),
      keyboard: () => this.showKeyboard(event.keyboard),
      toast: () => this.toast(event.toast),
      status: () => this.showStatus(event.status),
      bot: () => this.about(event),
      people: () => this.about(event),
    }[event.type];
    heard?.();
  }

  fill(state) {
    this.connected = true;
    const first = this.messages.size === 0;
    const there = new Set(state.messages.map((message) => message.id));
    for (const id of this.messages.keys()) if (!there.has(id)) this.drop(id);
    this.about(state);
    for (const message of state.messages) this.upsert(message, true);
    this.showKeyboard(state.keyboard);
    this.preview.draft(state.draft);
    this.act(state.action);
    this.showStatus(state.status);
    this.showWaiting(this.outbox.entries);
    this.showEmpty();
    if (first) this.toEnd(false);
    this.log.parentElement.setAttribute("aria-busy", "false");
    this.outbox.flush();
    this.typed();
  }

  about({ bot, commands, people, coach_mark: mark }) {
    this.actions.coachMark = mark;
    this.find(".bot-name").textContent = bot.first_name;
    this.find(".description").textContent =
      bot.description || "A practice partner for the talk you are going to have. It asks, you answer; you ask, it answers.";
    this.commands.set(commands);
    const me = people.find((person) => person.id === this.id);
    this.name = me?.name ?? `Person ${this.id}`;
    this.find(".me").textContent = this.name;
    this.node.setAttribute("aria-label", `${this.name}’s phone`);
    this.find(".close-phone").setAttribute("aria-label", `Put ${this.name}’s phone away`);
    this.host.people(people);
  }

  // Messages

  upsert(message, quiet = false) {
    const old = this.log.querySelector(`[data-id="${message.id}"]`);
    const was = this.messages.get(message.id);
    if (was && JSON.stringify(was) === JSON.stringify(message)) return;
    this.messages.set(message.id, message);
    const item = bubbleOf(message, this.id, this.actions);
    if (old) {
      const focused = old.contains(document.activeElement);
      old.replaceWith(item);
      if (focused) this.input.focus({ preventScroll: true });
    } else {
      const before = [...this.log.querySelectorAll(".message")].find((node) => Number(node.dataset.id) > message.id);
      this.log.insertBefore(item, before ?? null);
      if (!message.mine) this.preview.clear();
    }
    this.mark(item);
    this.showEmpty();
    if (quiet) return;
    if (message.mine) this.toEnd(true);
    else this.follow(true);
  }

  drop(id) {
    this.messages.delete(id);
    this.log.querySelector(`[data-id="${id}"]`)?.remove();
    this.showEmpty();
  }

  /** A line with the day before the first message of it, and closer bubbles within a run. */
  mark(item) {
    const message = this.messages.get(Number(item.dataset.id));
    let before = item.previousElementSibling;
    if (before?.classList.contains("day") && before.dataset.day === dayOf(message.at)) before = null;
    const earlier = before && this.messages.get(Number(before.dataset.id));
    if (!item.previousElementSibling || (earlier && dayOf(earlier.at) !== dayOf(message.at))) {
      const day = make("li", "day", make("span", "", dayOf(message.at)));
      day.dataset.day = dayOf(message.at);
      item.before(day);
    } else if (earlier && earlier.mine === message.mine) {
      item.classList.add("follows");
    }
  }

  showWaiting(entries) {
    this.find(".pending").replaceChildren(...entries.map(waitingOf));
    this.showEmpty();
    if (entries.length) this.toEnd(false);
  }

  showEmpty() {
    const empty = this.messages.size === 0 && this.outbox.entries.length === 0;
    this.find(".welcome").hidden = !empty;
    if (empty) this.log.replaceChildren();
  }

  // What the person does

  submit() {
    const text = this.input.value;
    if (!text.trim()) return;
    this.input.value = "";
    this.typed();
    this.say(text);
  }

  say(text) {
    this.commands.close();
    this.outbox.add(text.trim());
    if (!coarse.matches) this.input.focus({ preventScroll: true });
  }

  async press(message, key, button) {
    button.classList.add("pressed");
    button.setAttribute("aria-busy", "true");
    setTimeout(() => {
      button.classList.remove("pressed");
      button.removeAttribute("aria-busy");
    }, 4000);
    try {
      const response = await post(`/phone/${this.id}/press`, { message_id: message.id, data: key.data });
      if (!response.ok) this.toast({ text: "That button is no longer there.", alert: false });
    } catch {
      this.toast({ text: "No connection just now. Press again in a moment.", alert: false });
    }
  }

  /** One after the other, so that they arrive in their order. */
  async sendFiles(files) {
    for (const file of files) await this.sendFile(file);
  }

  async sendFile(file) {
    const form = new FormData();
    form.append("file", file);
    try {
      const response = await fetch(`/phone/${this.id}/file`, { method: "POST", body: form });
      if (!response.ok) throw new Error(response.statusText);
    } catch {
      this.toast({ text: `${file.name} could not be sent. Try again in a moment.`, alert: false });
    }
  }

  /** A note that could not be sent is kept and offered again, as long as the page is open. */
  async sendVoice(note, seconds) {
    const form = new FormData();
    form.append("seconds", String(Math.round(seconds)));
    form.append("file", note, `voice.${note.type.includes("ogg") ? "ogg" : note.type.includes("mp4") ? "m4a" : "webm"}`);
    for (let pause = 1000; ; pause = Math.min(2 * pause, 15000)) {
      const response = await fetch(`/phone/${this.id}/file`, { method: "POST", body: form }).catch(() => null);
      if (response?.ok) return;
      if (response && response.status < 500) break;
      if (pause === 1000) this.toast({ text: "No connection just now. Your voice note is sent when it is back.", alert: true });
      await new Promise((done) => setTimeout(done, pause));
    }
    this.toast({ text: "The voice note could not be sent. Record it again in a moment.", alert: true });
  }

  typed() {
    localStorage.setItem(`feeler.typed.${this.id}`, this.input.value);
    this.find(".send").disabled = !this.input.value.trim();
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 160)}px`;
    this.commands.filter(this.input.value);
  }

  // What is shown around the messages

  act(action) {
    this.acting = action;
    clearTimeout(this.actingTimer);
    this.actingTimer = setTimeout(() => this.act(""), 5000);
    if (!action) clearTimeout(this.actingTimer);
    this.preview.action(action);
    this.showState();
  }

  showStatus(status) {
    this.status = status;
    const bar = this.find(".warming");
    const done = Math.round(status.done * 100);
    bar.hidden = status.state !== "warming";
    bar.setAttribute("aria-valuenow", String(done));
    bar.firstElementChild.style.width = `${done}%`;
    this.showState();
  }

  showState() {
    const warming = this.status?.state === "warming";
    const notice = this.find(".notice");
    let state = "here to practise with you";
    let note = "";
    if (this.status?.state === "failed") {
      state = "not available";
      note = this.status.text;
    } else if (!this.connected) {
      state = "reconnecting…";
      note = "No connection to Feeler just now. What you write is kept and sent when it is back.";
    } else if (warming) {
      state = this.status.text || "warming up…";
    } else if (this.acting) {
      state = { typing: "writing…", record_voice: "speaking…" }[this.acting] ?? "preparing a file…";
    }
    if (this.find(".state").textContent !== state) this.find(".state").textContent = state;
    if (notice.textContent !== note) notice.textContent = note;
    notice.hidden = !note;
    this.node.classList.toggle("offline", !this.connected);
  }

  showKeyboard(keyboard) {
    const place = this.find(".keyboard");
    const rows = (keyboard?.rows ?? []).map((row) => {
      const line = make("div", "button-row");
      for (const label of row) {
        const key = make("button", "key", label);
        key.type = "button";
        key.addEventListener("click", () => this.say(label));
        line.append(key);
      }
      return line;
    });
    place.replaceChildren(...rows);
    place.hidden = rows.length === 0;
    const toggle = this.find(".toggle-keys");
    toggle.hidden = rows.length === 0;
    toggle.setAttribute("aria-expanded", "true");
    this.input.placeholder = keyboard?.placeholder || "Message";
    this.follow();
  }

  toggleKeys() {
    const place = this.find(".keyboard");
    place.hidden = !place.hidden;
    this.find(".toggle-keys").setAttribute("aria-expanded", String(!place.hidden));
    this.follow();
  }

  toast({ text, alert }) {
    for (const button of this.node.querySelectorAll(".key.pressed")) button.classList.remove("pressed");
    if (!text) return;
    const note = make("p", alert ? "toast alert" : "toast", text);
    this.find(".toasts").append(note);
    setTimeout(() => note.remove(), alert ? 8000 : 4000);
  }

  // Scrolling

  get atEnd() {
    return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < NEAR_END;
  }

  toEnd(smooth) {
    this.wasAtEnd = true;
    const behavior = smooth && !matchMedia("(prefers-reduced-motion: reduce)").matches ? "smooth" : "instant";
    this.scroll.scrollTo({ top: this.scroll.scrollHeight, behavior });
  }

  /** Stay at the end if the reader was there; else offer the way. */
  follow(news = false) {
    if (this.wasAtEnd ?? true) this.toEnd(false);
    else if (news) this.find(".latest").classList.add("news");
  }

  scrolled() {
    const { scrollTop } = this.scroll;
    if (this.atEnd) this.wasAtEnd = true;
    else if (scrollTop < this.lastTop) this.wasAtEnd = false; // only the reader scrolls up
    this.lastTop = scrollTop;
    const latest = this.find(".latest");
    latest.hidden = this.wasAtEnd;
    if (this.wasAtEnd) latest.classList.remove("news");
  }
}
