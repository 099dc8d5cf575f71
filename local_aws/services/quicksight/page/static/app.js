// The page: sheets as tabs, controls, cards. What is chosen is in the address, so it can be shared.
"use strict";

let outline = JSON.parse(document.getElementById("outline").textContent);
const base = `/quicksight/dashboards/${encodeURIComponent(outline.id)}`;
const chosen = new Map();
const drawn = new Map();
const byId = (id) => document.getElementById(id);

for (const [name, value] of new URLSearchParams(location.search)) {
  if (name.startsWith("f.")) chosen.set(name.slice(2), [...(chosen.get(name.slice(2)) || []), value]);
}

function query() {
  const parts = new URLSearchParams();
  for (const [filter, values] of chosen) values.forEach((value) => parts.append(`f.${filter}`, value));
  const text = parts.toString();
  return text ? `?${text}` : "";
}

function remember() {
  history.replaceState(null, "", location.pathname + query() + location.hash);
}

// Sheets

const current = () => outline.sheets.find((sheet) => `#${sheet.id}` === location.hash) || outline.sheets[0];

function drawTabs() {
  const tabs = outline.sheets.map((sheet) => {
    const on = sheet.id === current().id;
    const tab = element("button", { role: "tab", type: "button", id: `tab-${sheet.id}`, "aria-selected": String(on), "aria-controls": "sheet", tabindex: on ? "0" : "-1" }, sheet.name);
    tab.addEventListener("click", () => show(sheet.id));
    return tab;
  });
  byId("tabs").replaceChildren(...tabs);
}

byId("tabs").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const count = outline.sheets.length;
  const next = outline.sheets[(outline.sheets.indexOf(current()) + step + count) % count];
  show(next.id);
  byId(`tab-${next.id}`).focus();
});

function show(id) {
  history.replaceState(null, "", `${location.pathname}${query()}#${id}`);
  drawTabs();
  drawSheet();
}

function drawSheet() {
  const sheet = current();
  if (!sheet) {
    byId("sheet").replaceChildren(said("empty", "This dashboard has no sheets."));
    return;
  }
  drawn.clear();
  byId("sheet").setAttribute("aria-labelledby", `tab-${sheet.id}`);
  byId("controls").replaceChildren(...sheet.controls.map(control));
  byId("sheet").replaceChildren(...sheet.items.map((item) => card(sheet, item)));
  load();
}

function card(sheet, item) {
  const wide = item.kind === "KPI" && item.place && item.place[3] > 5;
  const holder = element("section", { class: `item ${item.kind.toLowerCase()}${wide ? " wide" : ""}`, id: `visual-${item.id}`, "aria-label": item.alt || item.title || item.kind });
  if (item.place) {
    const [column, columns, row, rows] = item.place;
    holder.style.gridColumn = `${column + 1} / span ${columns}`;
    holder.style.gridRow = `${row + 1} / span ${rows}`;
    holder.style.setProperty("--rows", rows);
  } else {
    holder.style.gridColumn = "span 18";
    holder.style.gridRow = "span 10";
    holder.style.setProperty("--rows", 10);
  }
  if (item.kind === "text") {
    holder.append(element("p", { class: "words" }, item.text));
    return holder;
  }
  const head = element("header", {}, item.title && element("h2", {}, item.title), item.kind !== "KPI" && item.subtitle ? element("p", {}, item.subtitle) : null);
  const body = element("div", { class: "body" });
  const note = item.kind === "KPI" && item.subtitle ? element("p", { class: "note" }, item.subtitle) : null;
  const csv = element("a", { class: "csv", "aria-label": `Download the data of ${item.title || "this visual"} as CSV` }, "CSV");
  holder.append(element("div", { class: "card loading" }, head, body, note, csv));
  drawn.set(item.id, { item, holder, body, csv, address: `${base}/sheets/${encodeURIComponent(sheet.id)}/visuals/${encodeURIComponent(item.id)}` });
  return holder;
}

// Figures: each card asks for its own; an answer that comes after a newer question is dropped.

let asked = 0;

async function load() {
  asked += 1;
  const question = asked;
  await Promise.all([...drawn.values()].map((entry) => loadOne(entry, question)));
  if (question === asked) document.body.dataset.ready = String(question);
}

async function loadOne(entry, question) {
  const frame = entry.holder.firstElementChild;
  frame.classList.add("stale");
  entry.csv.href = `${entry.address}.csv${query()}`;
  let payload;
  try {
    const answer = await fetch(`${entry.address}.json${query()}`);
    payload = answer.ok ? await answer.json() : { state: "failed", message: await answer.text() };
  } catch {
    payload = { state: "failed", message: "The server does not answer." };
  }
  if (question !== asked) return;
  frame.classList.remove("loading", "stale");
  entry.payload = payload;
  await draw(entry);
}

async function draw(entry) {
  const { payload, body, item } = entry;
  if (!payload) return;
  entry.holder.dataset.state = payload.state;
  if (payload.state !== "ok") body.replaceChildren(said(payload.state, payload.message));
  else if (payload.table) TABLES[item.kind](body, payload.table);
  else await drawFigure(body, payload.figure);
}

// Controls

function control(given) {
  const picked = () => chosen.get(given.filter) || [];
  const words = element("span");
  const button = element("button", { type: "button", "aria-haspopup": "true", "aria-expanded": "false" }, element("b", {}, given.title), words);
  const holder = element("div", { class: "control" }, button);
  const refresh = () => {
    const values = picked();
    words.textContent = values.length === 0 ? "All" : values.length === 1 ? values[0] : `${values.length} chosen`;
    holder.classList.toggle("on", values.length > 0);
  };
  const close = () => {
    holder.querySelector(".menu")?.remove();
    button.setAttribute("aria-expanded", "false");
  };
  button.addEventListener("click", async () => {
    if (holder.querySelector(".menu")) return close();
    button.setAttribute("aria-expanded", "true");
    holder.append(await menu(given, picked, (values) => {
      if (values.length) chosen.set(given.filter, values);
      else chosen.delete(given.filter);
      refresh();
      remember();
      load();
    }));
    holder.querySelector("input")?.focus();
  });
  holder.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { close(); button.focus(); }
  });
  document.addEventListener("click", (event) => { if (!holder.contains(event.target)) close(); });
  refresh();
  return holder;
}

async function menu(given, picked, change) {
  const answer = await fetch(`${base}/filters/${encodeURIComponent(given.filter)}.json`);
  if (!answer.ok) return element("div", { class: "menu" }, said("failed", await answer.text()));
  const values = await answer.json();
  const boxes = values.map((value) => {
    const box = element("input", { type: given.single ? "radio" : "checkbox", name: given.filter, value });
    box.checked = picked().includes(value);
    return box;
  });
  const lines = boxes.map((box) => element("li", {}, element("label", {}, box, box.value)));
  const list = element("ul", {}, ...lines);
  list.addEventListener("change", () => change(boxes.filter((box) => box.checked).map((box) => box.value)));
  const search = element("input", { type: "search", placeholder: "Search", "aria-label": `Search ${given.title}` });
  search.addEventListener("input", () => lines.forEach((line, n) => { line.hidden = !values[n].toLowerCase().includes(search.value.toLowerCase()); }));
  const clear = element("button", { type: "button", class: "clear" }, "All");
  clear.addEventListener("click", () => { boxes.forEach((box) => { box.checked = false; }); change([]); });
  return element("div", { class: "menu" }, values.length > 8 ? search : null, clear, list);
}

// How fresh the data is

const counted = new Intl.NumberFormat("en");
const time = (seconds) => new Date(seconds * 1000).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" });

function state(data) {
  if (data.state === "failed" && data.refreshed) return `last refresh failed; rows of ${time(data.refreshed)}`;
  if (data.state === "failed") return "no data: the refresh failed";
  if (data.direct) return "asked of the source each time";
  if (data.state === "refreshing") return data.refreshed ? `refreshing; rows of ${time(data.refreshed)}` : "first refresh under way";
  return data.refreshed ? time(data.refreshed) : "never refreshed";
}

function drawFreshness() {
  const sets = outline.data;
  const times = sets.filter((data) => data.refreshed).map((data) => data.refreshed);
  const rows = sets.reduce((sum, data) => sum + (data.rows || 0), 0);
  byId("fresh").textContent = times.length ? `Data refreshed ${time(Math.min(...times))} · ${counted.format(rows)} rows in ${sets.length} data set${sets.length > 1 ? "s" : ""}` : "No data yet";
  byId("data").replaceChildren(...sets.map((data) => element("span", {}, element("b", {}, data.name), data.rows === undefined ? "" : ` ${counted.format(data.rows)} rows`, ` · ${state(data)}`)));
  const failed = sets.filter((data) => data.state === "failed").map((data) => `${data.name}: ${data.message}`);
  byId("notices").replaceChildren(...[...outline.errors, ...failed].map((text) => element("p", { class: "notice" }, text)));
}

async function poll() {
  if (document.hidden) return;
  try {
    const answer = await fetch(`${base}.json`);
    if (!answer.ok) return;
    const now = await answer.json();
    const mark = (board) => JSON.stringify([board.version, board.data.map((data) => [data.refreshed, data.state])]);
    if (mark(now) === mark(outline)) return;
    const same = now.version === outline.version;
    outline = now;
    drawFreshness();
    if (same) load();
    else { drawTabs(); drawSheet(); }
  } catch { /* the server is away; the page stays as it is */ }
}

byId("theme").addEventListener("click", () => {
  const next = themeName() === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  try { localStorage.setItem("theme", next); } catch { /* storage may be off */ }
  drawn.forEach((entry) => draw(entry));
});
addEventListener("hashchange", () => { drawTabs(); drawSheet(); });
setInterval(poll, 15000);
drawFreshness();
drawTabs();
drawSheet();
