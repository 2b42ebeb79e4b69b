// The commands menu: opened by its button or by typing a slash, walked with the arrow keys.
import { make } from "./text.js";

export class Commands {
  constructor(phone, onChoose) {
    this.phone = phone;
    this.onChoose = onChoose;
    this.box = phone.find(".commands");
    this.list = phone.find(".commands ul");
    this.button = phone.find(".open-commands");
    this.all = [];
    this.button.addEventListener("click", () => (this.box.hidden ? this.open() : this.close(true)));
    this.box.addEventListener("keydown", (event) => this.walk(event));
    phone.input.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.box.hidden) this.close(true);
      if (event.key === "ArrowUp" && !this.box.hidden) {
        event.preventDefault();
        this.keys.at(-1)?.focus();
      }
    });
    phone.node.addEventListener("focusout", (event) => {
      const to = event.relatedTarget;
      if (to && !this.box.contains(to) && to !== phone.input && to !== this.button) this.close();
    });
  }

  set(commands) {
    this.all = commands;
    this.button.hidden = commands.length === 0;
    if (!this.box.hidden) this.show(this.all);
  }

  /** While a command is being typed, the ones that fit. */
  filter(text) {
    const typed = /^\/(\w*)$/.exec(text);
    if (!typed) return this.byTyping && this.close();
    const fitting = this.all.filter((one) => one.command.startsWith(typed[1].toLowerCase()));
    this.byTyping = true;
    this.show(fitting);
  }

  open() {
    this.byTyping = false;
    this.show(this.all);
    this.keys[0]?.focus();
  }

  close(back = false) {
    this.box.hidden = true;
    this.byTyping = false;
    this.button.setAttribute("aria-expanded", "false");
    if (back) this.phone.input.focus({ preventScroll: true });
  }

  get keys() {
    return [...this.list.querySelectorAll("button")];
  }

  show(commands) {
    this.list.replaceChildren(
      ...commands.map(({ command, description }) => {
        const key = make("button", "", make("b", "", `/${command}`), make("span", "", description));
        key.type = "button";
        key.addEventListener("click", () => {
          if (this.byTyping) {
            this.phone.input.value = "";
            this.phone.typed();
          }
          this.close(true);
          this.onChoose(`/${command}`);
        });
        return make("li", "", key);
      }),
    );
    this.box.hidden = commands.length === 0;
    this.button.setAttribute("aria-expanded", String(!this.box.hidden));
  }

  walk(event) {
    const { keys } = this;
    const at = keys.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: keys.length - 1 }[event.key];
    if (event.key === "Escape") this.close(true);
    if (next === undefined) return;
    event.preventDefault();
    if (next >= keys.length) this.phone.input.focus();
    else keys[Math.max(0, next)]?.focus();
  }
}
