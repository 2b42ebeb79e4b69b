// The answer while it is written: what has come so far, revealed at a reading pace.

const SHOWN_FOR = 30000; // a preview that nobody renews is gone after this
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Preview {
  constructor(node, onGrow) {
    this.node = node;
    this.text = node.querySelector(".preview-text");
    this.onGrow = onGrow;
    this.full = "";
    this.draftId = null;
    this.frame = 0;
    this.timer = 0;
    this.acting = 0;
  }

  /** Show a draft; null takes it away. */
  draft(draft) {
    clearTimeout(this.timer);
    if (draft === null) return this.clear();
    if (draft.draft_id !== this.draftId) this.text.textContent = "";
    this.draftId = draft.draft_id;
    this.full = draft.text;
    this.node.hidden = false;
    this.timer = setTimeout(() => this.clear(), SHOWN_FOR);
    if (still.matches || !this.full.startsWith(this.text.textContent)) {
      this.text.textContent = this.full;
      this.onGrow();
    } else if (!this.frame) {
      this.reveal();
    }
  }

  /** Show that something is being done, until it is said again or five seconds are over. */
  action(action) {
    clearTimeout(this.acting);
    if (action) {
      this.acting = setTimeout(() => this.action(""), 5000);
      this.node.hidden = false;
      this.onGrow();
    } else if (this.draftId === null) {
      this.node.hidden = true;
    }
  }

  clear() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.acting);
    this.frame = 0;
    this.draftId = null;
    this.full = "";
    this.text.textContent = "";
    this.node.hidden = true;
  }

  reveal() {
    const here = this.text.textContent.length;
    const left = this.full.length - here;
    if (left <= 0) {
      this.frame = 0;
      return;
    }
    this.text.textContent = this.full.slice(0, here + Math.max(1, Math.ceil(left / 30)));
    this.onGrow();
    this.frame = requestAnimationFrame(() => this.reveal());
  }
}
