// Which phones are on the desk, the people panel, light and dark, the picture viewer.
import { Phone } from "./phone.js";
import { post } from "./outbox.js";
import { icon, make } from "./text.js";

const byId = (id) => document.getElementById(id);
const phones = new Map();
const MOST = 3; // phones side by side
let known = [];

const host = { people: showPeople, openPanel, close: putAway, picture };

// Phones. The address keeps which are open: #1001 or #1001,1002

function opened() {
  return location.hash.slice(1).split(",").map(Number).filter((id) => Number.isSafeInteger(id) && id > 0).slice(0, MOST);
}

function lay(ids) {
  history.replaceState(null, "", `#${ids.join(",")}`);
  localStorage.setItem("feeler.open", ids.join(","));
  for (const [id, phone] of phones) {
    if (ids.includes(id)) continue;
    phone.disconnect();
    phones.delete(id);
  }
  for (const id of ids) if (!phones.has(id)) phones.set(id, new Phone(id, host));
  byId("desk").append(...ids.map((id) => phones.get(id).node).filter((node) => !node.isConnected));
  byId("desk").dataset.phones = String(ids.length);
  for (const phone of phones.values()) phone.find(".close-phone").hidden = ids.length < 2;
  showPeople(known);
}

function putAway(id) {
  lay([...phones.keys()].filter((one) => one !== id));
  [...phones.values()].at(-1)?.input.focus();
}

// People

function showPeople(people) {
  known = people;
  const focused = document.activeElement?.dataset?.who;
  byId("people").replaceChildren(...people.map(personOf));
  if (focused) byId("people").querySelector(`[data-who="${focused}"]`)?.focus();
}

function personOf({ id, name, last }) {
  const open = phones.has(id);
  const row = make("li", open ? "person open" : "person");
  const choose = make("button", "choose", make("b", "", name), make("small", "", last || "Nothing said yet"));
  choose.type = "button";
  choose.dataset.who = `choose-${id}`;
  if (open) choose.setAttribute("aria-current", "true");
  choose.addEventListener("click", () => {
    lay([id]);
    closePanel();
    phones.get(id).input.focus();
  });
  const beside = make("button", "icon beside", icon(open ? "close" : "beside"));
  beside.type = "button";
  beside.dataset.who = `beside-${id}`;
  beside.hidden = open ? phones.size < 2 : phones.size >= MOST;
  beside.setAttribute("aria-label", open ? `Put ${name}’s phone away` : `Lay ${name}’s phone beside`);
  beside.addEventListener("click", () => (open ? putAway(id) : lay([...phones.keys(), id])));
  row.append(choose, beside);
  return row;
}

byId("new-person").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = byId("new-name");
  const response = await post("/phone/people", { name: field.value });
  const { id } = await response.json();
  field.value = "";
  lay([id]);
  closePanel();
});

// The panel, a drawer on narrow screens

function openPanel() {
  byId("panel").classList.add("shown");
  for (const phone of phones.values()) phone.node.inert = true;
  byId("close-panel").focus();
}

function closePanel() {
  const panel = byId("panel");
  if (!panel.classList.contains("shown")) return;
  panel.classList.remove("shown");
  for (const phone of phones.values()) phone.node.inert = false;
  [...phones.values()][0]?.find(".open-panel").focus();
}

byId("close-panel").addEventListener("click", closePanel);
byId("panel").addEventListener("keydown", (event) => event.key === "Escape" && closePanel());
document.querySelector(".room").addEventListener("click", (event) => {
  if (!event.target.closest(".panel, .open-panel")) closePanel();
});

// Light and dark

const themes = { "": "as the system", light: "light", dark: "dark" };

function showTheme() {
  const theme = document.documentElement.dataset.theme ?? "";
  byId("theme-name").textContent = `Light: ${themes[theme]}`;
}

byId("theme").addEventListener("click", () => {
  const names = Object.keys(themes);
  const next = names[(names.indexOf(document.documentElement.dataset.theme ?? "") + 1) % names.length];
  if (next) document.documentElement.dataset.theme = next;
  else delete document.documentElement.dataset.theme;
  localStorage.setItem("feeler.theme", next);
  showTheme();
});

// Pictures

function picture(url, name, text) {
  byId("viewer-picture").src = url;
  byId("viewer-picture").alt = text || name;
  byId("viewer-caption").textContent = text;
  byId("viewer-save").href = `${url}?download`;
  byId("viewer-save").download = name;
  byId("viewer").showModal();
}

byId("viewer-close").addEventListener("click", () => byId("viewer").close());
byId("viewer").addEventListener("click", (event) => event.target === byId("viewer") && byId("viewer").close());

// Begin

showTheme();
const response = await fetch("/phone/people");
known = await response.json();
const kept = opened().length ? opened() : (localStorage.getItem("feeler.open") ?? "").split(",").map(Number);
const there = kept.filter((id) => known.some((person) => person.id === id));
lay(there.length ? there : [known[0].id]);
addEventListener("hashchange", () => lay(opened().length ? opened() : [known[0].id]));
