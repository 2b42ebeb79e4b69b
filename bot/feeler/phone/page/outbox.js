// What was written and is not yet with the server: kept in this browser, sent in order, each once.

export class Outbox {
  /** `onChange(entries)` hears of every change; `onSent(message)` of what the server took. */
  constructor(userId, onChange, onSent) {
    this.place = `feeler.outbox.${userId}`;
    this.userId = userId;
    this.onChange = onChange;
    this.onSent = onSent;
    this.sending = false;
  }

  get entries() {
    try {
      return JSON.parse(localStorage.getItem(this.place) ?? "[]");
    } catch {
      return [];
    }
  }

  add(text) {
    const key = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
    this.keep([...this.entries, { key, text, at: Date.now() / 1000 }]);
    return this.flush();
  }

  /** Send what waits, oldest first. The key makes the server take each once, however often it is sent. */
  async flush() {
    if (this.sending) return;
    this.sending = true;
    try {
      while (this.entries.length) {
        const [entry] = this.entries;
        const response = await post(`/phone/${this.userId}/send`, entry);
        if (response.status >= 500) break;
        this.keep(this.entries.filter((one) => one.key !== entry.key));
        if (response.ok) {
          const { result } = await response.json();
          if (result) this.onSent(result);
        }
      }
    } catch {
      // No connection: the event stream says when it is back, and flushes.
    } finally {
      this.sending = false;
    }
  }

  keep(entries) {
    localStorage.setItem(this.place, JSON.stringify(entries));
    this.onChange(entries);
  }
}

export function post(path, body) {
  return fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}
