// Keys, the drawer without a reload, and a look at the lake every few seconds. The page works
// without it: each cell is a link to the page with its drawer open.
"use strict";

const BUSY_SECONDS = 5;
const QUIET_SECONDS = 30;
const NONCE = document.currentScript.nonce;
let drawer = document.getElementById("drawer");

// -- Airflow's theme, which its UI keeps for this origin

function followTheme() {
  const theme = localStorage.getItem("theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}
followTheme();
addEventListener("storage", followTheme);

// -- requests; Airflow 3.0 keeps its token here and sends no cookie

async function get(address) {
  const token = localStorage.getItem("token");
  const headers = token ? { Authorization: `Bearer ${token.replaceAll('"', "")}` } : {};
  const answer = await fetch(address, { headers, credentials: "same-origin" });
  if (!answer.ok) throw new Error(`Airflow answered ${answer.status}`);
  return answer.text();
}

function parse(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

// -- the grid: one stop of the Tab key, arrows inside

function grids() {
  return document.querySelectorAll('[role="grid"]');
}

function makeCurrent(cell) {
  const grid = cell.closest('[role="grid"]');
  for (const other of grid.querySelectorAll('a.cell[tabindex="0"]')) other.tabIndex = -1;
  cell.tabIndex = 0;
}

function newestInView(scroll) {
  scroll.scrollLeft = scroll.scrollWidth;
}

function prepare() {
  for (const grid of grids()) {
    const cells = grid.querySelectorAll("tbody tr:first-child a.cell");
    const cell = grid.querySelector("a.cell[aria-current]") ?? cells[cells.length - 1];
    if (cell) makeCurrent(cell);
    newestInView(grid.parentElement);
  }
}

function neighbour(cell, key) {
  const place = cell.parentElement;
  const row = place.parentElement;
  const rows = [...row.parentElement.rows];
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[key];
  if (key === "Home") return row.querySelector("a.cell");
  if (key === "End") return [...row.querySelectorAll("a.cell")].pop();
  let y = rows.indexOf(row) + step[0];
  let x = place.cellIndex + step[1];
  for (; rows[y]?.cells[x]; y += step[0], x += step[1]) {
    const found = rows[y].cells[x].querySelector("a.cell");
    if (found) return found;
  }
  return null;
}

// The first column is sticky: what it covers is not in view.
function bringIntoView(cell) {
  const scroll = cell.closest(".scroll");
  const covered = cell.closest("tr").cells[0].getBoundingClientRect().right;
  const hidden = covered - cell.getBoundingClientRect().left + 8;
  if (hidden > 0) scroll.scrollLeft -= hidden;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && drawer && !drawer.hidden) {
    event.preventDefault();
    close();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const cell = event.target.closest?.('[role="grid"] a.cell');
  if (!cell || !/^(Arrow(Left|Right|Up|Down)|Home|End| )$/.test(event.key)) return;
  event.preventDefault();
  if (event.key === " ") {
    open(cell.href);
    return;
  }
  const next = neighbour(cell, event.key);
  if (!next) return;
  makeCurrent(next);
  next.focus();
  bringIntoView(next);
});

// -- the drawer

function cellOf(search) {
  const asked = new URLSearchParams(search);
  return [...document.querySelectorAll("main a.cell")].find((cell) => {
    const own = new URL(cell.href).searchParams;
    return own.get("dataset") === asked.get("dataset") && own.get("partition") === asked.get("partition");
  });
}

function mark(search) {
  for (const cell of document.querySelectorAll("main a.cell[aria-current]")) cell.removeAttribute("aria-current");
  const cell = cellOf(search);
  cell?.setAttribute("aria-current", "true");
  for (const link of document.querySelectorAll(".shows a")) {
    const address = new URL(link.href);
    const asked = new URLSearchParams(search);
    for (const name of ["dataset", "partition"]) {
      if (asked.get(name)) address.searchParams.set(name, asked.get(name));
      else address.searchParams.delete(name);
    }
    link.href = address.href;
  }
  return cell;
}

async function open(address, remember = true) {
  const { search } = new URL(address);
  mark(search);
  drawer.setAttribute("aria-busy", "true");
  try {
    const body = parse(await get(`cell${search}`)).body;
    drawer.replaceChildren(...body.childNodes);
  } catch {
    location.assign(address); // the page says what is wrong
    return;
  }
  drawer.removeAttribute("aria-busy");
  drawer.hidden = false;
  drawer.scrollTop = 0;
  drawer.querySelector("h2")?.focus({ preventScroll: true });
  const cell = mark(search); // again: a look may have brought other cells meanwhile
  if (cell) makeCurrent(cell);
  cell?.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (cell) bringIntoView(cell);
  if (remember) history.pushState(null, "", search);
}

function close(remember = true) {
  const cell = cellOf(location.search);
  drawer.hidden = true;
  drawer.replaceChildren();
  const kept = new URLSearchParams(location.search);
  kept.delete("dataset");
  kept.delete("partition");
  if (remember) history.pushState(null, "", kept.size ? `?${kept}` : location.pathname);
  mark("");
  cell?.focus();
}

addEventListener("popstate", () => {
  if (new URLSearchParams(location.search).get("partition")) open(location.href, false);
  else close(false);
});

// -- links: Airflow shows the page in a frame that may open no window and leave no page

function followOutside(link) {
  const outer = parent.document.createElement("a");
  outer.href = link.href;
  outer.target = link.target;
  outer.rel = link.rel;
  parent.document.body.append(outer);
  outer.click();
  outer.remove();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (drawer && link.matches("main a.cell")) {
    event.preventDefault();
    open(link.href);
  } else if (link.matches(".close")) {
    event.preventDefault();
    close();
  } else if (link.target && parent !== window) {
    event.preventDefault();
    followOutside(link);
  }
});

// -- a look every few seconds

async function look() {
  const main = document.querySelector("main[data-show]");
  if (!main) return;
  if (document.visibilityState === "visible") {
    try {
      refresh(main, parse(await get(location.href)).querySelector("main[data-show]"));
    } catch {
      // Airflow is away for a moment: what is shown stays, with its time below
    }
  }
  later();
}

function refresh(main, fresh) {
  if (!fresh || fresh.dataset.show !== main.dataset.show) return;
  const focused = main.contains(document.activeElement) ? document.activeElement : null;
  const search = focused?.matches("a.cell") ? new URL(focused.href).search : "";
  if (focused && !search) return; // somebody is at a link: the next look will do
  const lefts = [...main.querySelectorAll(".scroll")].map((scroll) => scroll.scrollLeft);
  main.replaceChildren(...fresh.childNodes);
  main.dataset.busy = fresh.dataset.busy;
  mark(location.search); // what was asked for may have changed since
  prepare();
  main.querySelectorAll(".scroll").forEach((scroll, at) => (scroll.scrollLeft = lefts[at] ?? 0));
  const cell = search && cellOf(search);
  if (cell) {
    makeCurrent(cell);
    cell.focus({ preventScroll: true });
  }
}

function later() {
  const busy = document.querySelector("main")?.dataset.busy;
  setTimeout(look, 1000 * (busy ? BUSY_SECONDS : QUIET_SECONDS));
}

// -- a page that was refused: Airflow 3.0 has a token all the same

async function tryToken() {
  if (!localStorage.getItem("token")) return;
  const found = parse(await get(location.href));
  for (const style of found.querySelectorAll("style")) {
    style.nonce = NONCE; // Data Docs bring their own
    document.head.append(style);
  }
  document.title = found.title;
  document.body.replaceChildren(...found.body.childNodes);
  drawer = document.getElementById("drawer");
  prepare();
  later();
}

if (document.querySelector("[data-message]")) tryToken().catch(() => {});
else {
  prepare();
  later();
}
