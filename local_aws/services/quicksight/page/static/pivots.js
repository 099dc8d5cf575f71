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
  const labels = pivot.tree ? [pivot.rowLabels.join(" / ")] : pivot.rowLabels;
  return labels.map((label) => element("th", { scope: "col", class: "corner" }, last ? label : ""));
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

function fold(row, state, redraw) {
  if (!row.folds) return null;
  const shut = state.has(row.key);
  const button = element("button", { class: "fold", type: "button", "aria-expanded": String(!shut), "aria-label": `${shut ? "Expand" : "Collapse"} ${row.label}` });
  button.addEventListener("click", () => {
    if (shut) state.delete(row.key);
    else state.add(row.key);
    redraw(row.key);
  });
  button.dataset.key = row.key;
  return button;
}

function heads(pivot, row, state, redraw) {
  if (pivot.tree) return [styled(element("th", { scope: "row" }, fold(row, state, redraw), row.label), { "--level": row.level })];
  return row.texts.map((text, n) => element("th", { scope: "row", class: text ? null : "same" }, n === row.level ? fold(row, state, redraw) : null, text));
}

// A row is there unless a group above it is folded; a folded group shows its own figures.
function visible(pivot, state) {
  const shut = (row) => row.above.some((key) => state.has(key));
  return pivot.rows.filter((row) => !shut(row) && !(row.whenFolded && !state.has(row.key)) && !(row.whenOpen && state.has(row.key)));
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
