// What a card shows: text through textContent only, charts through plotly. No innerHTML anywhere.
"use strict";

const PALETTES = {
  light: ["#0f766e", "#e08a3c", "#4f6bd8", "#c8506b", "#8a63b8", "#3f9dc9", "#a3a23a", "#7b8794"],
  dark: ["#2dd4bf", "#f6b26b", "#8ea2ff", "#f38ba0", "#c4a1ee", "#7cc7ec", "#d3d170", "#a8b3bf"],
};
const SCALES = {
  light: [[0, "#f0f7f5"], [0.25, "#c3e4dd"], [0.5, "#79c0b5"], [0.75, "#2f8f86"], [1, "#0b4a50"]],
  dark: [[0, "#18252e"], [0.25, "#17454a"], [0.5, "#1d7a76"], [0.75, "#39b8a8"], [1, "#a7f3e4"]],
};

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

function vector(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// One colour over another, opaque, so that grid lines do not show through.
function mixed(over, under, share) {
  const parts = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  const back = parts(under);
  return `rgb(${parts(over).map((value, n) => Math.round(value * share + back[n] * (1 - share))).join(",")})`;
}

const themeName = () => document.documentElement.dataset.theme;
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function said(state, message) {
  return element("p", { class: `said ${state}` }, message);
}

// Figures

function axis(given, extra = {}) {
  if (!given) return undefined;
  return {
    automargin: true, gridcolor: colour("--line"), ticks: "", zerolinecolor: colour("--faint"),
    linecolor: colour("--faint"), tickfont: { size: 12 }, fixedrange: true, nticks: 7, ...given,
    title: given.title && { ...given.title, font: { size: 12 }, standoff: 10 }, ...extra,
  };
}

function shorten(ticks) {
  const most = innerWidth < 820 ? 16 : 24;
  if (!ticks.some((text) => text && text.length > most)) return {};
  return { tickmode: "array", tickvals: ticks, ticktext: ticks.map((t) => (t.length > most ? `${t.slice(0, most - 1)}…` : t)) };
}

// Months and the like on two lines: there is no room for twelve of them side by side.
function wrapped(all) {
  if (all.length < 9 || !all.every((text) => /^\S+ \S+$/.test(text))) return {};
  const shown = all.filter((_, n) => innerWidth >= 820 || n % 3 === 0);
  return { tickmode: "array", tickvals: shown, ticktext: shown.map((text) => text.replace(" ", "<br>")), tickangle: 0 };
}

// Labels stand outside the bars, so the axis needs room beyond the longest.
function roomForLabels(figure, name) {
  const letter = name[0];
  const labelled = figure.data.filter((trace) => trace.type === "bar" && trace.text);
  if (!labelled.length || figure.layout.barmode === "stack") return {};
  const values = labelled.flatMap((trace) => trace[letter]).filter((value) => value !== null);
  const low = Math.min(0, ...values), high = Math.max(0, ...values), room = high - low;
  return { range: [low < 0 ? low - room * 0.3 : low, high > 0 ? high + room * 0.2 : high] };
}

function categories(figure, name) {
  const letter = name[0];
  const found = new Set(figure.data.flatMap((trace) => trace[letter] || []));
  const narrow = innerWidth < 820 && found.size > 12 && letter === "x";
  if (figure.layout[name].type !== "category") return roomForLabels(figure, name);
  const all = [...found];
  if (narrow) return {};
  const dense = letter === "y" || all.length <= 13;
  return { ...(dense ? { nticks: 0, tickmode: "linear", dtick: 1 } : { nticks: 14 }), ...(letter === "y" ? shorten(all) : wrapped(all)) };
}

function layoutOf(figure) {
  const given = figure.layout;
  const many = figure.data.length > 1 || given.showlegend;
  const right = given.meta && given.meta.legend === "right" && innerWidth > 820;
  const layout = {
    barmode: given.barmode, barnorm: given.barnorm, bargap: 0.3, bargroupgap: 0.06,
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", colorway: PALETTES[themeName()],
    font: { family: colour("--font"), size: 12.5, color: colour("--soft") },
    margin: { l: 8, r: 14, t: 8, b: 8, pad: 4 }, showlegend: Boolean(many), hovermode: "closest",
    legend: right
      ? { x: 1.02, y: 0.5, yanchor: "middle", font: { size: 12.5, color: colour("--ink") } }
      : { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", traceorder: "normal", font: { size: 12, color: colour("--ink") } },
    hoverlabel: { bgcolor: colour("--card"), bordercolor: colour("--faint"), font: { color: colour("--ink"), size: 13 }, align: "left" },
    xaxis: given.xaxis && axis(given.xaxis, categories(figure, "xaxis")),
    yaxis: given.yaxis && axis(given.yaxis, categories(figure, "yaxis")),
    yaxis2: axis(given.yaxis2),
  };
  // plotly takes an axis that is undefined for one that is there.
  for (const name of Object.keys(layout)) if (layout[name] === undefined) delete layout[name];
  if (given.coloraxis) {
    const short = figure.data[0].z.length < 4;
    layout.coloraxis = {
      colorscale: SCALES[themeName()], showscale: innerWidth > 820 && !short,
      colorbar: { thickness: 8, outlinewidth: 0, len: 0.9, ...given.coloraxis.colorbar },
    };
  }
  return layout;
}

function traced(trace, index, figure) {
  const palette = PALETTES[themeName()];
  const own = palette[index % palette.length];
  if (trace.type === "bar") {
    const behind = figure.data.some((other) => other.type === "scatter");
    return { ...trace, marker: { color: behind ? mixed(own, colour("--card"), 0.38) : own, cornerradius: figure.layout.barmode === "stack" ? 0 : 3, line: { width: 0 } }, textfont: { size: 12 }, textposition: figure.layout.barmode === "stack" ? "inside" : "outside" };
  }
  if (trace.type === "scatter") {
    const line = { ...trace.line, color: own };
    const marker = { size: 6, color: own };
    return trace.fill ? { ...trace, line: { ...line, width: 1.6 }, fillcolor: `${own}2e`, marker } : { ...trace, line, marker };
  }
  if (trace.type === "heatmap") return innerWidth < 820 ? { ...trace, texttemplate: "" } : trace;
  if (trace.type === "pie") {
    return { ...trace, marker: { colors: trace.labels.map((label, i) => (label === "Other" ? colour("--faint") : palette[i % palette.length])), line: { color: colour("--card"), width: 2 } }, textfont: { size: 12 } };
  }
  return trace;
}

function drawFigure(body, figure) {
  const plot = element("div", { class: "plot" });
  body.replaceChildren(plot);
  const data = figure.data.map((trace, index) => traced(trace, index, figure));
  return Plotly.newPlot(plot, data, layoutOf(figure), { displayModeBar: false, responsive: true });
}

// KPI

function sparkline(points) {
  const figures = points.map((point) => point.value ?? 0);
  const low = Math.min(...figures), high = Math.max(...figures), span = high - low || 1;
  const at = (value, i) => `${(100 * i) / Math.max(1, points.length - 1)},${36 - (32 * (value - low)) / span}`;
  const line = figures.map(at).join(" ");
  const name = points.map((point) => `${point.label}: ${point.text}`).join(", ");
  return vector("svg", { class: "spark", viewBox: "0 0 100 40", preserveAspectRatio: "none", role: "img", "aria-label": name },
    vector("polygon", { class: "under", points: `0,40 ${line} 100,40` }),
    vector("polyline", { class: "over", points: line }));
}

function drawKpi(body, kpi) {
  const parts = [element("div", { class: "figure" }, kpi.value)];
  if (kpi.change || kpi.against) {
    const arrow = kpi.direction > 0 ? "▲ " : kpi.direction < 0 ? "▼ " : "";
    parts.push(element("div", { class: "change" }, kpi.change ? arrow + kpi.change : "", element("span", {}, ` ${kpi.against}`)));
  }
  if (kpi.spark && kpi.spark.length > 1) parts.push(sparkline(kpi.spark));
  body.replaceChildren(...parts);
}

// Tables

function more(flag, rows) {
  return flag ? element("p", { class: "more" }, `The first ${rows} rows; the CSV has more.`) : null;
}

function drawTable(body, table) {
  const kind = (n) => (table.columns[n].numeric ? "num" : null);
  const head = table.columns.map((column, n) => element("th", { class: kind(n), scope: "col" }, column.label));
  const rows = table.rows.map((row) => element("tr", {}, ...row.map((text, n) => element("td", { class: kind(n), title: text.length > 40 ? text : null }, text))));
  const grid = element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows));
  body.replaceChildren(element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table" }, grid, more(table.more, table.rows.length)));
}

function pivotHead(table) {
  const several = table.valueLabels.length > 1;
  const levels = Math.max(1, table.columnHeads[0] ? table.columnHeads[0].length : 0);
  const lines = [];
  for (let level = 0; level < levels; level += 1) {
    const last = level === levels - 1;
    const labels = table.rowLabels.map((label) => element("th", { scope: "col" }, last && !several ? label : ""));
    const heads = table.columnHeads.map((head) => element("th", { class: "num", scope: "col", colspan: table.valueLabels.length }, head.length ? head[level] : several ? "" : table.valueLabels[0]));
    const total = table.rightTotal ? [element("th", { class: "num sum", scope: "col", colspan: table.valueLabels.length }, last ? table.rightTotal : "")] : [];
    lines.push(element("tr", {}, ...labels, ...heads, ...total));
  }
  if (several) {
    const labels = table.rowLabels.map((label) => element("th", { scope: "col" }, label));
    const groups = table.columnHeads.length + (table.rightTotal ? 1 : 0);
    const values = Array.from({ length: groups }, () => table.valueLabels.map((label) => element("th", { class: "num", scope: "col" }, label))).flat();
    lines.push(element("tr", {}, ...labels, ...values));
  }
  return element("thead", {}, ...lines);
}

function drawPivot(body, table) {
  const wide = table.rightTotal ? table.columnHeads.length * table.valueLabels.length : Infinity;
  const cells = (line) => line.map((text, n) => element("td", { class: n >= wide ? "num sum" : "num" }, text));
  const rows = table.rows.map((row) => element("tr", {}, ...row.head.map((text) => element("th", { scope: "row" }, text)), ...cells(row.cells)));
  const foot = table.total && element("tfoot", {}, element("tr", {}, element("th", { scope: "row", colspan: table.rowLabels.length }, table.total.head), ...cells(table.total.cells)));
  const grid = element("table", { class: "pivot" }, pivotHead(table), element("tbody", {}, ...rows), foot);
  body.replaceChildren(element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Pivot table" }, grid, more(table.more, table.rows.length)));
}

const TABLES = { KPI: drawKpi, Table: drawTable, PivotTable: drawPivot };
