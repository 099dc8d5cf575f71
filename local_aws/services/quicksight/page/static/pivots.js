// Pivot tables: heads that span, groups that fold, subtotals and totals from the server.
import { element, styled } from "./dom.js";
import { drawCell, more, scroller, unroll } from "./tables.js";

// Heads of one level: neighbours with the same path are one cell.
function spans(heads, level) {
  const found = [];
  for (const head of heads) {
    const path = JSON.stringify(head.path.slice(0, level + 1));
    const last = found.at(-1);
    if (last && last.path === path && !head.total) last.span += 1;
    else found.push({ path: head.total ? null : path, text: head.texts[level] || "", span: 1, total: head.total });
  }
  return found;
}

function rowLabels(pivot, last) {
  const names = pivot.metricsInRows ? pivot.rowLabels.slice(0, -1) : pivot.rowLabels;
  const labels = pivot.tree ? [names.join(" / "), ...(pivot.metricsInRows ? [""] : [])] : pivot.rowLabels;
  return labels.map((label) => (last && label ? element("th", { scope: "col", class: "corner" }, label) : element("td", { class: "corner" })));
}

function head(pivot) {
  const several = pivot.valueLabels.length > 1 && !pivot.metricsInRows;
  const width = several ? pivot.valueLabels.length : 1;
  const levels = Math.max(1, pivot.columnLabels.length);
  const lines = [];
  for (let level = 0; level < levels; level += 1) {
    const last = level === levels - 1 && !several;
    const cells = pivot.columnLabels.length
      ? spans(pivot.columnHeads, level).map((each) => element("th", { class: each.total ? "num sum" : "num", scope: each.span * width > 1 ? "colgroup" : "col", colspan: each.span * width }, each.text))
      : [element("th", { class: "num", scope: "col", colspan: width }, several ? "" : pivot.single ? pivot.valueLabels[0] || "" : "")];
    lines.push(element("tr", {}, ...rowLabels(pivot, last), ...cells));
  }
  if (several) {
    const values = pivot.columnHeads.flatMap((each) => pivot.valueLabels.map((label) => element("th", { class: each.total ? "num sum" : "num", scope: "col" }, label)));
    lines.push(element("tr", {}, ...rowLabels(pivot, true), ...values));
    // The one line of heads above the values says nothing where there are no columns.
    if (!pivot.columnLabels.length) lines.shift();
  }
  return element("thead", {}, ...lines);
}

function fold(head, state, redraw) {
  if (!head.fold) return null;
  const shut = state.has(head.fold);
  const button = element("button", { class: "fold", type: "button", "aria-expanded": String(!shut), "aria-label": `${shut ? "Expand" : "Collapse"} ${head.text}`, "data-key": head.fold });
  button.addEventListener("click", () => {
    if (shut) state.delete(head.fold);
    else state.add(head.fold);
    redraw(head.fold);
  });
  return button;
}

function heads(pivot, row, state, redraw) {
  return row.heads.map((head, n) => {
    const made = element(head.text ? "th" : "td", { scope: head.text ? "row" : null, class: head.text ? null : "blank" }, fold(head, state, redraw), head.text);
    return n === 0 && pivot.tree ? styled(made, { "--level": row.level }) : made;
  });
}

// A row is there unless a group above it is folded; a folded group has a line of its own.
function visible(pivot, state) {
  const there = (row) => !row.when || (row.when === "folded") === state.has(row.key);
  return pivot.rows.filter((row) => there(row) && !row.above.some((key) => state.has(key)));
}

export function drawPivot(body, pivot, label = "Pivot table") {
  const state = body.folded || (body.folded = new Set(pivot.collapsed));
  const sums = pivot.columnHeads.flatMap((each) => (pivot.metricsInRows ? [each.total] : pivot.valueLabels.map(() => each.total)));
  const line = (row, redraw) => element("tr", { class: row.kind === "cell" ? null : `sum ${row.kind}` }, ...heads(pivot, row, state, redraw),
    ...row.cells.map((cell, n) => drawCell("td", cell, { class: sums[n] ? "num sum" : "num" })));
  const draw = (key) => {
    const rows = visible(pivot, state), tbody = element("tbody");
    const redraw = (next) => draw(next);
    unroll(tbody, rows.filter((row) => row.kind !== "total"), (row) => line(row, redraw));
    const totals = rows.filter((row) => row.kind === "total").map((row) => line(row, redraw));
    const thead = head(pivot);
    if (pivot.totalFirst) thead.append(...totals);
    const grid = element("table", { class: pivot.tree ? "pivot tree" : "pivot" }, thead, tbody, totals.length && !pivot.totalFirst ? element("tfoot", {}, ...totals) : null);
    const at = body.querySelector(".scroll")?.scrollTop || 0;
    body.replaceChildren(scroller(label, grid, more(pivot.more, pivot.rows.length)));
    body.querySelector(".scroll").scrollTop = at;
    if (key) [...body.querySelectorAll(".fold")].find((button) => button.dataset.key === key)?.focus();
  };
  draw();
}
