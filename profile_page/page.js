// A profile as a page: every name and value is text, whatever it holds.
"use strict";

const { report, rulesets } = JSON.parse(document.getElementById("data").textContent);
const columns = report.columns || [];
const rows = report.sampleSize || 0;
const byId = (id) => document.getElementById(id);
const COMMON = 10;
const FEW = 20;
const LONGEST = 300;

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) if (value !== null) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

// Numbers and texts

const count = (value) => (value === undefined ? "–" : Number(value).toLocaleString("en"));
const percent = (part, whole) => (whole ? `${((100 * part) / whole).toLocaleString("en", { maximumFractionDigits: part / whole < 0.01 ? 2 : 1 })} %` : "–");
const cut = (text, most) => ([...text].length > most ? `${[...text].slice(0, most).join("")}…` : text);

function number(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return cut(String(value), LONGEST);
  const size = Math.abs(value);
  if (size && (size < 1e-4 || size >= 1e15)) return value.toExponential(4);
  return value.toLocaleString("en", { maximumSignificantDigits: Number.isInteger(value) ? 21 : 6 });
}

// plotly reads a little HTML in its texts: what would be markup is written as what it is.
const plain = (text, most) => cut(String(text), most).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

function bar(kind, part, whole) {
  const fill = element("i");
  fill.style.width = `${whole ? Math.min(100, (100 * part) / whole) : 0}%`;
  return element("span", { class: `bar ${kind}`, "aria-hidden": "true" }, fill);
}

const cell = (kind, ...children) => element("td", { class: kind }, ...children);
const heads = (...names) => element("thead", {}, element("tr", {}, ...names.map(([name, kind]) => element("th", { scope: "col", class: kind || null }, name))));

// Overview

function tiles() {
  const cells = rows * columns.length;
  const missing = columns.reduce((sum, column) => sum + (column.missingValuesCount || 0), 0);
  const results = rulesets.flatMap((ruleset) => ruleset.ruleResults || []);
  const failed = results.filter((result) => result.status !== "SUCCEEDED").length;
  const personal = columns.filter((column) => column.entity && column.entity.entityTypes).length;
  const shown = [
    ["Rows", count(rows), ""],
    ["Columns", count(columns.length), ""],
    ["Missing values", percent(missing, cells), count(missing)],
  ];
  if ("duplicateRowsCount" in report) shown.push(["Duplicate rows", percent(report.duplicateRowsCount, rows), count(report.duplicateRowsCount)]);
  if (results.length) shown.push(["Rules failed", count(failed), `of ${count(results.length)}`, failed ? "bad" : null]);
  if (personal) shown.push(["Personal data", count(personal), personal === 1 ? "column" : "columns"]);
  byId("tiles").replaceChildren(...shown.map(([name, value, more, kind]) => element("div", { class: kind || null }, element("span", {}, name), element("b", {}, value), element("small", {}, more))));
  const when = (report.writtenOn || "").slice(0, 16).replace("T", " ");
  byId("when").textContent = [report.location, when && `${when} UTC`].filter(Boolean).join(" · ");
}

// Rules

function ruleRow(result) {
  const bad = result.status !== "SUCCEEDED";
  const broken = (result.columnResults || []).filter((one) => one.status !== "SUCCEEDED").map((one) => one.name);
  return element("tr", { class: bad ? "bad" : null },
    element("th", { scope: "row" }, result.name),
    element("td", {}, element("span", { class: `state${bad ? " bad" : ""}` }, bad ? "Failed" : "Passed")),
    cell("num", result.failedCount === undefined ? "–" : count(result.failedCount)),
    element("td", {}, element("code", {}, cut(result.definition || "", LONGEST)), broken.length ? element("div", { class: "soft" }, `in ${broken.join(", ")}`) : null));
}

function drawRules() {
  byId("rules").hidden = !rulesets.length;
  for (const ruleset of rulesets) {
    const table = element("table", {}, element("caption", {}, ruleset.name), heads(["Rule"], ["Result"], ["Rows that break it", "num"], ["Check"]),
      element("tbody", {}, ...(ruleset.ruleResults || []).map(ruleRow)));
    byId("rules").append(element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": `Rules of ${ruleset.name}` }, table));
  }
}

// The index of the columns

function indexRow(column, i) {
  const there = column.missingValuesCount === undefined ? "–" : percent(column.missingValuesCount, rows);
  return element("tr", {},
    element("th", { scope: "row" }, element("a", { href: `#column-${i}` }, cut(column.name, 120) || "(no name)")),
    element("td", {}, column.type),
    cell("num", there, column.missingValuesCount === undefined ? null : bar("missing", column.missingValuesCount, rows)),
    cell("num", count(column.distinctValuesCount), column.distinctValuesCount === undefined ? null : bar("", column.distinctValuesCount, rows)),
    ...["min", "mean", "max"].map((name) => cell("num", number(column[name]))));
}

function drawIndex() {
  const body = element("tbody", {}, ...columns.map(indexRow));
  byId("index").replaceChildren(heads(["Name"], ["Type"], ["Missing", "num"], ["Distinct", "num"], ["Min", "num"], ["Mean", "num"], ["Max", "num"]), body);
  byId("filter").addEventListener("input", (event) => {
    const wanted = event.target.value.toLowerCase();
    columns.forEach((column, i) => {
      const hidden = !column.name.toLowerCase().includes(wanted);
      body.children[i].hidden = hidden;
      byId(`column-${i}`).hidden = hidden;
    });
  });
}

// One column

const FIGURES = [
  ["Missing", "missingValuesCount"], ["Distinct", "distinctValuesCount"], ["Unique", "uniqueValuesCount"], ["Entropy", "entropy"],
  ["Min", "min"], ["5 %", "percentile5"], ["25 %", "percentile25"], ["Median", "median"], ["75 %", "percentile75"], ["95 %", "percentile95"], ["Max", "max"],
  ["Mean", "mean"], ["Mode", "mode"], ["Sum", "sum"], ["Range", "range"], ["Quartiles apart", "interquartileRange"], ["Standard deviation", "standardDeviation"],
  ["Variance", "variance"], ["Median abs. deviation", "medianAbsoluteDeviation"], ["Skewness", "skewness"], ["Kurtosis", "kurtosis"],
  ["Zeros", "zerosCount"], ["Outliers", "zScoreOutliersCount"], ["Mild outliers", "zScoreMildOutliersCount"],
];

function figures(column) {
  const shown = FIGURES.filter(([, field]) => field in column);
  return element("dl", {}, ...shown.map(([name, field]) => element("div", {}, element("dt", {}, name), element("dd", {}, number(column[field])))));
}

function valuesTable(caption, head, values, most) {
  const body = values.map(([value, amount]) => element("tr", {},
    cell("value", value === "" ? "(empty)" : cut(typeof value === "number" ? number(value) : String(value), LONGEST)),
    cell("num", typeof amount === "number" ? number(amount) : String(amount), most ? bar("", amount, most) : null)));
  return element("table", { class: "values" }, element("caption", {}, caption), heads(["Value"], [head, "num"]), element("tbody", {}, ...body));
}

function common(column) {
  const values = (column.mostCommonValues || []).map((one) => [one.value, one.count]);
  if (!values.length) return null;
  const most = values[0][1];
  const made = element("div", {}, valuesTable("Most common values", "Rows", values.slice(0, COMMON), most));
  if (values.length > COMMON) made.append(element("details", {}, element("summary", {}, `${values.length - COMMON} more`), valuesTable("More values", "Rows", values.slice(COMMON), most)));
  return made;
}

function more(column) {
  const sample = (column.zScoreOutliersSample || []).map((one) => [one.value, one.zScore]);
  const bins = (column.valueDistribution || []).map(({ bucket, count: amount }) => [`${number(bucket[0])} to ${bucket[1] === "inf" ? number(column.max) : number(bucket[1])}`, amount]);
  const ends = [["Smallest", column.minimumValues], ["Largest", column.maximumValues]];
  return [
    bins.length ? element("details", {}, element("summary", {}, "Distribution as a table"), valuesTable("Rows by value", "Rows", bins, 0)) : null,
    sample.length ? element("details", {}, element("summary", {}, `Outliers (${count(column.zScoreOutliersCount)} rows)`), valuesTable("The furthest from the mean", "Standard deviations", sample, 0)) : null,
    ...ends.filter(([, values]) => values && values.length).map(([name, values]) => element("details", {}, element("summary", {}, `${name} values`), valuesTable(`${name} values`, "Rows", values.map((one) => [one.value, one.count]), 0))),
  ];
}

function article(column, i) {
  const entity = column.entity && column.entity.entityTypes;
  const chart = (column.valueDistribution || []).length ? element("div", { class: "chart", role: "img", "data-column": i, "aria-label": `Distribution of ${cut(column.name, 80)}; the numbers are in the table below` }) : null;
  return element("article", { id: `column-${i}`, "aria-labelledby": `name-${i}`, tabindex: "-1" },
    element("header", {}, element("h3", { id: `name-${i}` }, cut(column.name, LONGEST) || "(no name)"), element("span", { class: "tag" }, column.type),
      entity ? element("span", { class: "tag warn" }, `personal data: ${entity.join(", ")} (${count(column.entity.rowsCount)} rows)`) : null),
    element("div", { class: "parts" },
      element("div", {}, chart, figures(column), ...more(column)),
      common(column) || element("div")));
}

// Charts: drawn when they come into view, all of them before printing

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const CONFIG = { displayModeBar: false, responsive: true, doubleClick: false, scrollZoom: false };

function layout(extra) {
  const axis = { gridcolor: colour("--line"), linecolor: colour("--line"), zeroline: false, fixedrange: true };
  const { xaxis, yaxis, ...rest } = extra;
  return { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { color: colour("--soft"), family: getComputedStyle(document.documentElement).fontFamily, size: 12 }, margin: { l: 52, r: 8, t: 8, b: 38 }, showlegend: false, dragmode: false, ...rest, xaxis: { ...axis, ...xaxis }, yaxis: { ...axis, ...yaxis } };
}

// Few whole numbers: a bar each, where bins would put several into one.
function eachValue(column) {
  const values = column.mostCommonValues || [];
  const few = column.type !== "string" && values.length === column.distinctValuesCount && values.length <= FEW;
  return few && values.every((one) => Number.isInteger(one.value)) && column.range <= 10 * FEW ? values : null;
}

function bars(column) {
  const each = eachValue(column);
  if (each) return each.map(({ value, count: amount }) => ({ x: value, y: amount, width: 0.8, text: `${number(value)}: ${count(amount)} rows` }));
  const bins = column.valueDistribution;
  return bins.map(({ bucket: [low, end], count: amount }) => {
    const high = end === "inf" ? Math.max(column.max, low) : end;
    const width = high - low || bins[0].bucket[1] - bins[0].bucket[0] || 1;
    return { x: low + width / 2, y: amount, width, text: `${number(low)} to ${number(high)}: ${count(amount)} rows` };
  });
}

function drawColumn(holder) {
  const column = columns[holder.dataset.column];
  const shown = bars(column);
  const of = (part) => shown.map((one) => one[part]);
  const traces = [{ type: "bar", x: of("x"), y: of("y"), width: of("width"), hovertext: of("text"), hoverinfo: "text", marker: { color: colour("--fill"), line: { color: colour("--card"), width: 1 } } }];
  const boxed = "percentile25" in column;
  if (boxed) traces.push({ type: "box", orientation: "h", y: [0], q1: [column.percentile25], median: [column.median], q3: [column.percentile75], lowerfence: [column.percentile5], upperfence: [column.percentile95], mean: [column.mean], yaxis: "y2", width: 0.6, boxpoints: false, line: { color: colour("--accent"), width: 1.5 }, fillcolor: "rgba(0,0,0,0)", hoverinfo: "x" });
  const title = column.type === "string" ? "characters" : "";
  Plotly.react(holder, traces, layout({ height: boxed ? 280 : 240, bargap: 0, xaxis: { title: { text: title }, tickformat: column.type === "int" && column.max < 1e4 ? "d" : "", dtick: column.max - column.min < 10 && Number.isInteger(column.min) && column.type !== "double" ? 1 : null }, yaxis: { domain: [0, boxed ? 0.82 : 1], title: { text: "rows" } }, yaxis2: { domain: [0.86, 1], visible: false, fixedrange: true } }), CONFIG);
}

function drawHeat() {
  const related = columns.filter((column) => column.correlations && Object.keys(column.correlations).length);
  byId("related").hidden = related.length < 2;
  if (related.length < 2) return;
  const at = (a, b) => (Object.hasOwn(a.correlations, b.name) ? a.correlations[b.name] : null);
  const names = related.map((column) => plain(column.name, 14));
  const ticks = { tickvals: names.map((_, i) => i), ticktext: names, showgrid: false };
  const z = related.map((a) => related.map((b) => at(a, b)));
  const wide = byId("heat").clientWidth > 600;
  Plotly.react(byId("heat"), [{ type: "heatmap", z, zmin: -1, zmax: 1, xgap: 1, ygap: 1, colorscale: [[0, colour("--low")], [0.5, colour("--zero")], [1, colour("--high")]], showscale: wide,
    text: z.map((line) => line.map((r) => (r === null ? "" : r.toFixed(2).replace("-0.00", "0.00")))), texttemplate: wide ? "%{text}" : "", hovertext: related.map((a, i) => related.map((b, j) => `${names[i]} and ${names[j]}: ${number(z[i][j])}`)), hoverinfo: "text" }],
  layout({ height: Math.max(320, 34 * related.length + 110), margin: { l: 110, r: 8, t: 8, b: 96 }, xaxis: { ...ticks, tickangle: -50 }, yaxis: { ...ticks, autorange: "reversed" } }), CONFIG);
  const table = element("table", {}, heads([""], ...related.map((column) => [cut(column.name, 40), "num"])), element("tbody", {}, ...related.map((a) => element("tr", {}, element("th", { scope: "row" }, cut(a.name, 40)), ...related.map((b) => cell("num", number(at(a, b))))))));
  document.querySelector("#related .wide").replaceChildren(table);
}

const drawn = new Set();
const draw = (holder) => { drawn.add(holder); drawColumn(holder); };

function start() {
  if (typeof Plotly === "undefined") {
    document.querySelectorAll(".chart").forEach((chart) => { chart.hidden = true; });
    return;
  }
  drawHeat();
  const watch = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting && !drawn.has(target)) draw(target);
  }, { rootMargin: "400px" });
  const charts = document.querySelectorAll(".chart");
  charts.forEach((chart) => watch.observe(chart));
  const again = () => { drawHeat(); drawn.forEach(drawColumn); };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  addEventListener("beforeprint", () => { document.documentElement.dataset.print = ""; drawHeat(); charts.forEach(draw); });
  addEventListener("afterprint", () => { delete document.documentElement.dataset.print; again(); });
}

tiles();
drawRules();
byId("columns").replaceChildren(...columns.map(article));
drawIndex();
addEventListener("DOMContentLoaded", start);
