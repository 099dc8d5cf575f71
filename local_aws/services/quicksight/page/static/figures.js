// Charts through plotly: the server's figure, dressed in the page's fonts and colours.
/* global Plotly */
import { axis, isAxis } from "./axes.js";
import { colour, element, narrow } from "./dom.js";
import { atShare, clear, inkOn, mixed, palette, scale, seriesColour } from "./palette.js";

const RIGHT = { x: 1.02, y: 1, yanchor: "top", xanchor: "left" };
const TOP = { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" };
const BOTTOM = { orientation: "h", x: 0, y: 0, yref: "container", yanchor: "bottom" };

function legend(figure) {
  const wanted = narrow() ? "TOP" : figure.legend || "AUTO";
  const aside = ["pie", "scatterpolar", "scattergeo"].includes(figure.data[0]?.type);
  const place = { RIGHT, BOTTOM, TOP, AUTO: aside ? { ...RIGHT, y: 0.5, yanchor: "middle" } : TOP }[wanted];
  return { itemsizing: "constant", ...place, traceorder: "normal", font: { size: 12, color: colour("--ink") }, itemclick: "toggle", title: figure.legendTitle && { text: figure.legendTitle, font: { size: 12 } } };
}

function polar(given) {
  const line = { gridcolor: colour("--line"), linecolor: colour("--faint"), tickfont: { size: 11 } };
  return { bgcolor: "rgba(0,0,0,0)", ...given, radialaxis: { ...line, nticks: 4, ...given.radialaxis }, angularaxis: { ...line, ...given.angularaxis } };
}

function geo(given) {
  const grid = { showgrid: true, gridcolor: colour("--faint"), gridwidth: 0.6 };
  return { bgcolor: "rgba(0,0,0,0)", ...given, lonaxis: { ...grid, ...given.lonaxis }, lataxis: { ...grid, ...given.lataxis } };
}

function colourAxis(figure) {
  const given = figure.layout.coloraxis;
  const short = figure.data[0].z && figure.data[0].z.length < 4;
  return {
    colorscale: scale(), showscale: !narrow() && !short, ...given,
    colorbar: { thickness: 8, outlinewidth: 0, len: 0.9, tickfont: { size: 11 }, ...given.colorbar },
  };
}

function layoutOf(figure, room) {
  const given = figure.layout;
  const layout = {
    bargap: 0.3, bargroupgap: 0.06, ...given,
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", colorway: palette(),
    font: { family: colour("--font"), size: 12.5, color: colour("--soft") },
    margin: { l: 8, r: 14, t: 8, b: 8, pad: 4, ...given.margin },
    showlegend: figure.legend !== "HIDDEN" && (given.showlegend ?? figure.data.length > 1),
    hovermode: "closest", dragmode: false, legend: legend(figure),
    hoverlabel: { bgcolor: colour("--card"), bordercolor: colour("--faint"), font: { color: colour("--ink"), size: 13 }, align: "left" },
  };
  // Above or below a low chart a legend would take the room of the chart itself.
  if (layout.legend.orientation === "h" && room.y < 120) layout.showlegend = false;
  for (const name of Object.keys(given)) if (isAxis(name)) layout[name] = axis(figure, name, room);
  if (given.polar) layout.polar = polar(given.polar);
  if (given.geo) layout.geo = geo(given.geo);
  if (given.coloraxis) layout.coloraxis = colourAxis(figure);
  layout.shapes = (given.shapes || []).map((shape) => ({ ...shape, line: { color: colour("--soft"), width: 1.5, ...shape.line } }));
  layout.annotations = (given.annotations || []).map((note) => ({ showarrow: false, ...note, bgcolor: note.boxed ? clear(colour("--card"), 0.85) : undefined, font: { size: 12, color: colour(note.strong ? "--ink" : "--soft"), ...note.font } }));
  return layout;
}

// Labels that would run into each other stand upright; where there is no room for that either, they go.
function crowded(trace, room) {
  if (!trace.text || trace.orientation === "h") return {};
  const each = (room.x - 60) / trace.text.length / Math.max(1, room.side);
  const longest = Math.max(...trace.text.map((text) => text.length)) * 7;
  if (longest <= each) return { textangle: 0 };
  return each > 11 ? { textangle: -90 } : { textposition: "none" };
}

function bar(trace, figure, room) {
  const own = seriesColour(trace.meta);
  const behind = figure.data.some((other) => other.type === "scatter" && other.mode !== "text");
  const stacked = ["stack", "relative"].includes(figure.layout.barmode);
  const fill = (c) => (behind ? mixed(c, colour("--card"), 0.42) : c);
  const colours = trace.meta?.colours;
  const color = colours ? colours.map((c) => fill(c || own)) : fill(own);
  const side = stacked ? 1 : figure.data.filter((other) => other.type === "bar").length;
  return {
    textposition: stacked ? "inside" : "outside", textfont: { size: 12 }, insidetextanchor: "middle", ...trace, ...crowded(trace, { ...room, side }),
    marker: { color, cornerradius: stacked ? 0 : 3, line: { width: stacked ? 1 : 0, color: colour("--card") }, ...trace.marker },
  };
}

function scatter(trace, figure, room) {
  // Totals over stacks are left out where they would run into each other.
  if (trace.mode === "text") {
    const lying = trace.textposition.startsWith("middle");
    const fits = trace.text.length * (lying ? 14 : 46) <= (lying ? room.y - 60 : room.x);
    return { ...trace, mode: fits ? "text" : "none", textfont: { size: 11.5, color: colour("--ink") } };
  }
  const own = seriesColour(trace.meta);
  const line = { color: own, ...trace.line }, marker = { size: 6, color: own, ...trace.marker };
  if (trace.meta?.bubbles) return { ...trace, marker: { ...marker, opacity: 0.78, line: { width: 1, color: colour("--card") } } };
  return trace.fill || trace.stackgroup ? { ...trace, line: { ...line, width: 1.6 }, fillcolor: clear(own, trace.stackgroup ? 0.5 : 0.17), marker } : { ...trace, line, marker };
}

function parted(trace) {
  const colors = trace.meta.parts.map((part) => seriesColour(part));
  return { ...trace, marker: { ...trace.marker, colors, line: { color: colour("--card"), width: 2 } } };
}

function funnel(trace) {
  const own = seriesColour(trace.meta);
  return { ...trace, marker: { color: own }, connector: { fillcolor: clear(own, 0.16), line: { width: 0 } }, textfont: { size: 12 } };
}

function waterfall(trace) {
  const text = { textfont: { size: 12 }, textangle: 0, constraintext: "none" };
  const { up, down, total } = trace.meta;
  const mark = (c, name) => ({ marker: { color: c || colour(name) } });
  return { ...trace, increasing: mark(up, "--rise"), decreasing: mark(down, "--fall"), totals: mark(total, "--rest"), connector: { line: { color: colour("--faint"), width: 1 } }, ...text };
}

function sankey(trace) {
  const nodes = trace.node.label.map((_, n) => palette()[n % palette().length]);
  return {
    ...trace, node: { ...trace.node, color: nodes, pad: 14, thickness: 14, line: { width: 0 } },
    link: { ...trace.link, color: trace.link.source.map((source) => clear(nodes[source], 0.38)) },
    textfont: { color: colour("--ink"), size: 12 },
  };
}

// plotly paints the frame around tiles with a colour axis; so the tiles are coloured here.
function tinted(values, axis) {
  const known = values.filter((value) => value !== null);
  const low = axis.cmin ?? Math.min(...known), high = axis.cmax ?? Math.max(...known);
  return values.map((value) => (value === null ? colour("--rest") : atShare(axis.colorscale || scale(), high > low ? (value - low) / (high - low) : 1)));
}

function treemap(trace, figure) {
  const coloured = Boolean(trace.marker?.coloraxis);
  const line = { width: 2, color: colour("--card") };
  const root = { color: "rgba(0,0,0,0)" };
  const colors = coloured ? tinted(trace.marker.colors, figure.layout.coloraxis) : trace.meta.parts.map((part) => seriesColour(part));
  return { ...trace, root, marker: { colors, line, cornerradius: 4 }, textfont: { size: 13, color: colors.map(inkOn) } };
}

function box(trace) {
  const own = seriesColour(trace.meta);
  return { ...trace, line: { color: own, width: 1.6 }, fillcolor: clear(own, trace.meta.clear ? 0 : 0.25), marker: { color: own, size: 4, opacity: 0.7 } };
}

function gauge(trace) {
  const given = trace.gauge;
  return {
    ...trace, gauge: {
      ...given, bar: { color: colour("--accent"), thickness: 1, ...given.bar }, borderwidth: 0, bgcolor: given.bgcolor || colour("--line"),
      axis: { tickfont: { size: 11 }, tickcolor: colour("--faint"), nticks: 5, ...given.axis },
      threshold: given.threshold && { thickness: 1, line: { color: colour("--ink"), width: 3 }, ...given.threshold },
    },
  };
}

const DRESS = {
  bar, scatter, funnel, waterfall, sankey, treemap, box, scatterpolar: scatter, scattergeo: scatter, pie: parted, indicator: gauge,
  heatmap: (trace) => (narrow() ? { ...trace, texttemplate: "" } : trace),
};

// A colour bar needs a trace that has its axis.
function bare(data, layout, values) {
  layout.xaxis = { visible: false, fixedrange: true, domain: [0, 1] };
  layout.yaxis = { visible: false, fixedrange: true };
  data.push({ type: "scatter", mode: "markers", x: values.map(() => null), y: values.map(() => null), hoverinfo: "skip", showlegend: false, marker: { color: values, coloraxis: "coloraxis" } });
}

export function drawFigure(body, figure, label) {
  const plot = element("div", { class: "plot", role: "img", "aria-label": label });
  body.replaceChildren(plot);
  const room = { x: plot.clientWidth || 600, y: plot.clientHeight || 300 };
  const data = figure.data.map((trace) => {
    // What a mark stands for is for clicks only: plotly would put its own `meta` into texts.
    const { meta, ...dressed } = (DRESS[trace.type] || ((same) => same))(trace, figure, room);
    return { ...dressed, stands: meta };
  });
  const layout = layoutOf(figure, room);
  if (layout.coloraxis && figure.data[0].type === "treemap") bare(data, layout, figure.data[0].marker.colors);
  // plotly fetches a map's coastlines only from its own server: no outline of land is asked for.
  return Plotly.newPlot(plot, data, layout, { displayModeBar: false, responsive: true, scrollZoom: false, topojsonURL: "/quicksight/static/" }).then(() => plot);
}
