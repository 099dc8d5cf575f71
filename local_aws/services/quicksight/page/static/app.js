// The page: sheets as tabs, controls, cards.
import { markItems, watchMarks } from "./actions.js";
import { query, read, state, write } from "./address.js";
import { card, draw, imageBox, load, textBox } from "./cards.js";
import { mountControls } from "./controls.js";
import { byId, element, said, themeName } from "./dom.js";
import { drawFreshness, watch } from "./freshness.js";
import { useTheme } from "./palette.js";
import { arrange, drawTabs } from "./sheets.js";

let outline = JSON.parse(byId("outline").textContent);
const base = `/quicksight/dashboards/${encodeURIComponent(outline.id)}`;
let cards = [];
let drawn = null;
let asked = 0;

const current = () => outline.sheets.find((sheet) => sheet.id === state.sheet) || outline.sheets[0];

// `data-ready` counts the questions that were answered in full.
async function loadAll() {
  asked += 1;
  const question = asked;
  await Promise.all(cards.map(load));
  if (question === asked) document.body.dataset.ready = String(question);
}

// A parameter may stand in titles and text boxes: they come anew with the outline.
async function changed() {
  write();
  if (drawn !== current()) return drawSheet();
  mountControls(byId("controls"), outline, state, changed);
  loadAll();
  const words = (board) => JSON.stringify(board.sheets.map((sheet) => sheet.items));
  const answer = await fetch(`${base}.json${query()}`).catch(() => null);
  const now = answer?.ok ? await answer.json() : outline;
  if (words(now) === words(outline)) return undefined;
  outline = now;
  return drawSheet();
}

function drawSheet() {
  const sheet = current();
  if (!sheet) return byId("sheet").replaceChildren(said("empty", "This dashboard has no sheets."));
  drawn = sheet;
  drawTabs(outline, sheet, choose);
  byId("notes").replaceChildren(...sheet.notes.map((text) => element("p", { class: "notice" }, text)));
  arrange(sheet);
  mountControls(byId("controls"), outline, state, changed);
  cards = [];
  byId("sheet").replaceChildren(...sheet.items.map((item) => {
    if (item.kind === "text") return textBox(item);
    if (item.kind === "image") return imageBox(item);
    const entry = card(sheet, item, base, (of) => markItems(of, state, changed));
    watchMarks(entry, state, changed);
    cards.push(entry);
    return entry.holder;
  }));
  if (!sheet.items.length) byId("sheet").append(said("empty", "This sheet has no visuals."));
  return loadAll();
}

function choose(id) {
  state.sheet = id;
  write();
  drawSheet();
}

function renewed(now) {
  const same = now.version === outline.version;
  outline = now;
  drawFreshness(outline);
  if (same) loadAll();
  else drawSheet();
}

byId("theme").addEventListener("click", () => {
  const next = themeName() === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  try { localStorage.setItem("theme", next); } catch { /* storage may be off */ }
  cards.forEach(draw);
});
// The hash names the sheet, so a link to a place in the page must not change it.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId("sheet").focus();
});
byId("print").addEventListener("click", () => print());
addEventListener("popstate", () => { read(); drawSheet(); });

// plotly follows the window by itself; labels and ticks are chosen anew once it has settled.
let width = innerWidth, settled = 0;
addEventListener("resize", () => {
  clearTimeout(settled);
  settled = setTimeout(() => {
    if (Math.abs(width - innerWidth) < 40) return;
    width = innerWidth;
    cards.forEach(draw);
  }, 200);
});

useTheme(outline.theme);
drawFreshness(outline);
watch(() => `${base}.json${query()}`, () => outline, renewed);
drawSheet();
