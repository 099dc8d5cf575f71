// Sheets as tabs, and where each item of a sheet goes.
import { byId, element, styled } from "./dom.js";

export function drawTabs(outline, current, choose) {
  const tabs = outline.sheets.map((sheet) => {
    const on = sheet.id === current.id;
    const tab = element("button", { role: "tab", type: "button", id: `tab-${sheet.id}`, "aria-selected": String(on), "aria-controls": on ? "sheet" : null, tabindex: on ? "0" : "-1" }, sheet.name);
    tab.addEventListener("click", () => choose(sheet.id));
    return tab;
  });
  byId("tabs").replaceChildren(...tabs);
  byId("tabs").onkeydown = (event) => step(event, outline.sheets, current, choose);
  byId("sheet").setAttribute("aria-labelledby", `tab-${current.id}`);
  byId(`tab-${current.id}`).scrollIntoView({ block: "nearest", inline: "nearest" });
}

function step(event, sheets, current, choose) {
  const at = sheets.indexOf(current), count = sheets.length;
  const next = { ArrowRight: at + 1, ArrowLeft: at - 1 + count, Home: 0, End: count - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  choose(sheets[next % count].id);
  byId(`tab-${sheets[next % count].id}`).focus();
}

// A grid of 36 columns; or a canvas of so many pixels, which grows and shrinks with the page.
export function arrange(sheet) {
  const { kind, width, height } = sheet.layout;
  const holder = byId("sheet");
  holder.className = kind;
  styled(holder, { "--canvas-width": width, "--canvas-height": height });
}

export function place(holder, item) {
  const at = item.place;
  if (!at) return styled(holder, { "grid-column": "span 18", "grid-row": "span 10", "--rows": 10 });
  if (at.grid) {
    const [column, columns, row, rows] = at.grid;
    styled(holder, { "grid-column": `${column + 1} / span ${columns}`, "grid-row": `${row + 1} / span ${rows}`, "--rows": rows });
  } else {
    const [x, y, width, height] = at.free;
    styled(holder, { "--x": x, "--y": y, "--w": width, "--h": height, "--rows": Math.max(3, Math.round(height / 34)) });
  }
  return styled(holder, at.style);
}
