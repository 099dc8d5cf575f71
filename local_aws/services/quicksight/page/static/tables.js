// Tables: sticky heads and totals, conditional formats, and long ones written as the reader scrolls.
import { element, styled } from "./dom.js";
import { icon } from "./kpi.js";
import { inkOn } from "./palette.js";

const STEP = 120;

function content(cell) {
  if (typeof cell === "string") return [cell];
  const text = cell.hide ? null : cell.text;
  const mark = icon(cell.icon);
  if (cell.image) return [element("img", { class: "cellimage", src: cell.image, alt: cell.text, loading: "lazy" })];
  if (cell.link) return [mark, element("a", { href: cell.link, target: cell.target || "_blank", rel: "noopener noreferrer" }, cell.shown || cell.text)];
  return [mark, mark && text ? " " : null, text];
}

export function drawCell(tag, cell, attributes) {
  const text = typeof cell === "string" ? cell : cell.text;
  const made = element(tag, { title: text && text.length > 36 ? text : null, ...attributes }, ...content(cell));
  if (typeof cell === "string") return made;
  styled(made, { "background-color": cell.fill, color: cell.ink || (cell.fill && inkOn(cell.fill)) });
  if (cell.bar) styled(made, { "--from": `${cell.bar[0]}%`, "--to": `${cell.bar[1]}%`, "--bar": cell.bar[2] }).classList.add("databar");
  return made;
}

export function scroller(label, ...children) {
  return element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": label }, ...children);
}

export function more(flag, rows) {
  return flag ? element("p", { class: "more" }, `The first ${rows} rows; the CSV has more.`) : null;
}

// Rows come in portions, each when the reader nears the end of the one before.
export function unroll(tbody, rows, draw) {
  let done = 0;
  const write = () => {
    tbody.append(...rows.slice(done, done + STEP).map(draw));
    done += STEP;
    if (done < rows.length) ahead.observe(tbody.lastElementChild);
  };
  const ahead = new IntersectionObserver((seen) => {
    if (!seen.some((each) => each.isIntersecting)) return;
    ahead.disconnect();
    write();
  }, { rootMargin: "600px" });
  write();
  addEventListener("beforeprint", () => { while (done < rows.length) write(); });
}

function header(column, kind) {
  return styled(element("th", { class: kind, scope: "col" }, column.label), { width: column.width, "min-width": column.width, ...column.style });
}

export function drawTable(body, table, label = "Table") {
  const kinds = table.columns.map((column) => `${column.numeric ? "num" : ""}${column.wrap ? " wrap" : ""}`.trim() || null);
  const line = (cells, more = {}) => element("tr", more, ...cells.map((cell, n) => styled(drawCell("td", cell, { class: kinds[n] }), { "text-align": table.columns[n].align })));
  const total = table.total && line(table.total, { class: "sum" });
  const first = table.totalFirst;
  const tbody = element("tbody");
  unroll(tbody, table.rows, (cells) => line(cells));
  const grid = element("table", { class: table.stripes ? "stripes" : null },
    element("thead", { class: table.headless ? "away" : null }, element("tr", {}, ...table.columns.map((column, n) => header(column, kinds[n]))), first ? total : null),
    tbody, total && !first ? element("tfoot", {}, total) : null);
  if (table.stripes) styled(grid, { "--stripe": table.stripes });
  body.replaceChildren(scroller(label, grid, more(table.more, table.rows.length)));
}
