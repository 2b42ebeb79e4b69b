// One message as a list item.
import { icon, make, nodesOf, sizeOf, timeNode } from "./text.js";

/** The item for a message. `actions`: { coachMark, command(text), press(message, button, element), picture(url, name, text) }. */
export function bubbleOf(message, userId, actions) {
  const item = make("li", message.mine ? "message mine" : "message");
  item.dataset.id = message.id;
  if (!message.mine && message.text.startsWith(actions.coachMark)) item.classList.add("coach");
  const bubble = make("div", "bubble");
  bubble.append(make("span", "hidden", message.mine ? "You: " : "Feeler: "));
  if (message.forwarded) bubble.append(make("p", "aside", "Forwarded"));
  if (message.file) bubble.append(fileOf(message, userId, actions));
  if (message.text) {
    const text = make("p", "text");
    text.append(...nodesOf(message.text, message.entities, actions.command));
    bubble.append(text);
  }
  const foot = make("p", "foot");
  if (message.edited) foot.append(make("span", "", "edited "));
  foot.append(timeNode(message.at));
  if (message.mine) foot.append(icon("done"), make("span", "hidden", " sent"));
  bubble.append(foot);
  item.append(bubble);
  if (message.buttons.length) item.append(buttonsOf(message, actions));
  return item;
}

/** What waits to be sent, shown like a message. */
export function waitingOf(entry) {
  const item = make("li", "message mine waiting");
  const bubble = make("div", "bubble", make("span", "hidden", "You, not sent yet: "), make("p", "text", entry.text));
  bubble.append(make("p", "foot", timeNode(entry.at), icon("wait")));
  item.append(bubble);
  return item;
}

function fileOf(message, userId, actions) {
  const { file } = message;
  const url = `/phone/${userId}/file/${message.id}`;
  if (file.kind === "photo") {
    const button = make("button", "picture");
    const image = make("img");
    image.src = url;
    image.alt = message.text ? "" : "A picture";
    if (file.width && file.height) [image.width, image.height] = [file.width, file.height];
    image.loading = "lazy";
    button.type = "button";
    button.setAttribute("aria-label", `Open the picture${message.text ? `: ${message.text}` : ""}`);
    button.append(image);
    button.addEventListener("click", () => actions.picture(url, file.name, message.text));
    return button;
  }
  if (file.kind === "voice" || file.kind === "audio") {
    const sound = make("audio");
    sound.controls = true;
    sound.preload = "none";
    sound.src = url;
    sound.setAttribute("aria-label", "Voice message");
    return sound;
  }
  return documentOf(file, url);
}

function documentOf(file, url) {
  const row = make("div", "document");
  const open = make("a", "open-document", icon("page"));
  const ending = file.name.includes(".") ? file.name.split(".").pop().toUpperCase().slice(0, 5) : "FILE";
  open.append(make("span", "file-about", make("b", "", file.name), make("small", "", `${ending} · ${sizeOf(file.size)}`)));
  open.href = url;
  open.target = "_blank";
  open.rel = "noopener";
  const save = make("a", "icon save", icon("save"));
  save.href = `${url}?download`;
  save.download = file.name;
  save.setAttribute("aria-label", `Save ${file.name}`);
  row.append(open, save);
  return row;
}

function buttonsOf(message, actions) {
  const group = make("div", "buttons");
  for (const row of message.buttons) {
    const line = make("div", "button-row");
    for (const key of row) {
      if (key.url) {
        const anchor = make("a", "key", key.label);
        anchor.href = key.url;
        anchor.target = "_blank";
        anchor.rel = "noopener noreferrer";
        line.append(anchor);
        continue;
      }
      const button = make("button", "key", key.label);
      button.type = "button";
      button.addEventListener("click", () => actions.press(message, key, button));
      line.append(button);
    }
    group.append(line);
  }
  return group;
}
