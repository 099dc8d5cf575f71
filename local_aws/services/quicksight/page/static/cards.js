// A card per visual: its head, its menu, its body; full screen, and its data as a table.
import { query } from "./address.js";
import { element, said, styled } from "./dom.js";
import { drawFigure } from "./figures.js";
import { drawKpi } from "./kpi.js";
import { menuButton } from "./menus.js";
import { drawPivot } from "./pivots.js";
import { place } from "./sheets.js";
import { drawTable } from "./tables.js";
import { drawNarrative, drawWords, rich } from "./words.js";

const DRAW = {
  kpi: drawKpi, table: drawTable, pivot: drawPivot, narrative: drawNarrative, words: drawWords, figure: drawFigure,
};
const SKELETONS = { KPI: 2, Table: 7, PivotTable: 7, Insight: 4 };

function skeleton(kind) {
  const count = SKELETONS[kind] || 8;
  const bones = Array.from({ length: count }, (_, n) => styled(element("i"), { "--tall": `${35 + ((n * 37) % 60)}%` }));
  return element("div", { class: `bones ${SKELETONS[kind] ? "lines" : "bars"}`, "aria-hidden": "true" }, ...bones);
}

function words(item) {
  const head = element("header", {}, item.title && element("h2", {}, item.title));
  const subtitle = item.subtitle ? element("p", { class: item.kind === "KPI" ? "note" : null }, item.subtitle) : null;
  if (item.kind !== "KPI" && subtitle) head.append(subtitle);
  return { head, note: item.kind === "KPI" ? subtitle : null };
}

export function textBox(item) {
  const holder = element("div", { class: "item text", id: `visual-${item.id}` }, element("div", { class: "words" }, ...rich(item.nodes)));
  return place(holder, item);
}

export function imageBox(item) {
  const name = item.title || "An image";
  const holder = element("div", { role: "group", class: "item", id: `visual-${item.id}`, "aria-label": name, "data-state": "refused" });
  holder.append(element("div", { class: "card" }, element("header", {}, element("h2", {}, name)), element("div", { class: "body" }, said("refused", item.message))));
  return place(holder, item);
}

export function card(sheet, item, base, extra) {
  const name = item.title || item.alt || `${item.kind} without a title`;
  const wide = item.kind === "KPI" && item.place?.grid && item.place.grid[3] > 5;
  const holder = element("div", { role: "group", class: `item ${item.kind.toLowerCase()}${wide ? " wide" : ""}`, id: `visual-${item.id}`, tabindex: "0", "aria-label": item.alt ? `${name}: ${item.alt}` : name });
  const { head, note } = words(item);
  const body = element("div", { class: "body" }, skeleton(item.kind));
  const trail = element("div", { class: "trail" });
  const entry = { sheet, item, holder, body, trail, name, view: "chart", address: `${base}/sheets/${encodeURIComponent(sheet.id)}/visuals/${encodeURIComponent(item.id)}` };
  const dots = menuButton(`Menu of ${name}`, () => options(entry, extra));
  entry.card = element("div", { class: "card loading", "aria-busy": "true" }, head, trail, body, note, dots);
  holder.append(entry.card);
  holder.addEventListener("keydown", (event) => {
    if (event.target === holder && (event.key === "Enter" || event.key === "ContextMenu")) { event.preventDefault(); dots.click(); }
  });
  entry.holder = place(holder, item);
  return entry;
}

function options(entry, extra) {
  const table = entry.view === "table";
  const full = Boolean(entry.card.closest("dialog"));
  const listed = [{ label: full ? "Leave full screen" : "Full screen", icon: "full", act: () => (full ? entry.card.closest("dialog").close() : enlarge(entry)) }];
  if (entry.payload?.state === "ok") {
    if (!entry.payload.table && !entry.payload.pivot) listed.push({ label: table ? "Show as chart" : "Show data as table", icon: "rows", act: () => turn(entry, table ? "chart" : "table") });
    if (entry.payload.csv !== false) listed.push({ label: "Download CSV", icon: "down", href: `${entry.address}.csv${query()}`, download: "" });
  }
  const own = extra ? extra(entry) : [];
  return own.length ? [...own, null, ...listed] : listed;
}

async function turn(entry, view) {
  entry.view = view;
  await draw(entry);
}

function enlarge(entry) {
  const dialog = element("dialog", { class: "full", "aria-label": entry.name });
  const close = element("button", { type: "button", class: "close", "aria-label": "Leave full screen" });
  close.addEventListener("click", () => dialog.close());
  dialog.append(entry.card, close);
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    entry.holder.append(entry.card);
    dialog.remove();
    draw(entry);
    entry.holder.focus();
  });
  dialog.showModal();
  draw(entry);
}

async function answered(address, signal) {
  try {
    const answer = await fetch(address, { signal });
    return answer.ok ? await answer.json() : { state: "failed", message: await answer.text() };
  } catch (error) {
    if (error.name === "AbortError") return null;
    return { state: "failed", message: "The server does not answer." };
  }
}

// Ask for the figures; what is still asked for an older choice is cancelled.
export async function load(entry) {
  entry.asking?.abort();
  entry.asking = new AbortController();
  entry.card.classList.add("stale");
  entry.card.setAttribute("aria-busy", "true");
  const payload = await answered(`${entry.address}.json${query()}`, entry.asking.signal);
  if (payload === null) return;
  entry.payload = payload;
  entry.card.classList.remove("loading", "stale");
  entry.card.removeAttribute("aria-busy");
  await draw(entry);
}

function refused(entry) {
  const { state, message } = entry.payload;
  const again = state === "failed" ? element("button", { type: "button", class: "again" }, "Try again") : null;
  if (again) again.addEventListener("click", () => load(entry));
  entry.body.replaceChildren(said(state, message, again));
}

export async function draw(entry) {
  const { payload, body } = entry;
  if (!payload) return;
  entry.holder.dataset.state = payload.state;
  if (payload.state !== "ok") return refused(entry);
  if (entry.view === "table") {
    const data = await answered(`${entry.address}/data.json${query()}`);
    return data.state === "ok" ? drawTable(body, data.table, `Data of ${entry.name}`) : body.replaceChildren(said(data.state, data.message));
  }
  const kind = Object.keys(DRAW).find((name) => payload[name]);
  const plot = await DRAW[kind](body, payload[kind], entry.name);
  if (entry.drawn) entry.drawn(entry, plot);
  return plot;
}
