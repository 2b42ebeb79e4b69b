// Text with entities as DOM nodes. Only textContent is ever set: nothing that was written becomes markup.

const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "code",
  blockquote: "q", expandable_blockquote: "q",
};

/** Nodes for `text`; offsets are UTF-16 units, which is what JavaScript's strings are made of. */
export function nodesOf(text, entities, onCommand) {
  const cuts = new Set([0, text.length]);
  for (const entity of entities) {
    cuts.add(entity.offset);
    cuts.add(entity.offset + entity.length);
  }
  const places = [...cuts].filter((place) => place >= 0 && place <= text.length).sort((a, b) => a - b);
  const nodes = [];
  for (let at = 0; at + 1 < places.length; at += 1) {
    const [start, end] = [places[at], places[at + 1]];
    const here = entities.filter((one) => one.offset <= start && one.offset + one.length >= end);
    nodes.push(wrapped(text.slice(start, end), here, onCommand));
  }
  return nodes;
}

function wrapped(text, entities, onCommand) {
  let node = document.createTextNode(text);
  for (const entity of entities) {
    const outer = elementFor(entity, text, onCommand);
    if (outer === null) continue;
    outer.append(node);
    node = outer;
  }
  return node;
}

function elementFor(entity, text, onCommand) {
  if (entity.type === "spoiler") return covered();
  if (entity.type in TAGS) return document.createElement(TAGS[entity.type]);
  if (entity.type === "url" || entity.type === "text_link") return link(entity.url ?? text);
  if (entity.type === "bot_command") {
    return command(text, onCommand);
  }
  return null;
}

/** Words that are covered until they are wanted: by touch, key or screen reader. */
function covered() {
  const cover = make("span", "covered");
  cover.role = "button";
  cover.tabIndex = 0;
  cover.setAttribute("aria-label", "Covered words: press to read them");
  const open = () => {
    cover.classList.add("open");
    for (const name of ["role", "tabindex", "aria-label"]) cover.removeAttribute(name);
  };
  cover.addEventListener("click", open);
  cover.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    open();
  });
  return cover;
}

/** A command that can be pressed; no <button>, for that could not break with the line around it. */
function command(text, onCommand) {
  const anchor = make("a", "command");
  anchor.href = "#";
  anchor.role = "button";
  const choose = (event) => {
    event.preventDefault();
    onCommand(text);
  };
  anchor.addEventListener("click", choose);
  anchor.addEventListener("keydown", (event) => event.key === " " && choose(event));
  return anchor;
}

function link(address) {
  if (!/^https?:\/\//i.test(address)) return null;
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer";
  return anchor;
}

/** A time of day for people, and the exact one for machines. */
export function timeNode(seconds) {
  const when = new Date(seconds * 1000);
  const node = document.createElement("time");
  node.dateTime = when.toISOString();
  node.textContent = when.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return node;
}

export function dayOf(seconds) {
  return new Date(seconds * 1000).toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
}

export function sizeOf(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** An element with a class, and text or nodes in it. */
export function make(tag, className, ...content) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...content);
  return node;
}
