// Axes: ticks that fit, titles, lines. The server says what an axis means, this file how it looks.
import { colour, narrow } from "./dom.js";

const cutTo = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function shorten(ticks, most) {
  if (!ticks.some((text) => text && text.length > most)) return {};
  return { tickmode: "array", tickvals: ticks, ticktext: ticks.map((text) => cutTo(text, most)) };
}

// Months and the like on two lines: there is no room for twelve of them side by side.
function wrapped(all) {
  if (all.length < 9 || !all.every((text) => /^\S+ \S+$/.test(text))) return {};
  const shown = all.filter((_, n) => !narrow() || n % 3 === 0);
  return { tickmode: "array", tickvals: shown, ticktext: shown.map((text) => text.replace(" ", "<br>")), tickangle: 0 };
}

// Labels stand outside the bars, so the axis needs room beyond the longest.
function roomForLabels(figure, letter) {
  const labelled = figure.data.filter((trace) => trace.type === "bar" && trace.text && (trace.orientation === "h" ? "x" : "y") === letter);
  if (!labelled.length || figure.layout.barmode === "stack" || figure.layout.barmode === "relative") return {};
  const values = labelled.flatMap((trace) => trace[letter]).filter((value) => typeof value === "number");
  const low = Math.min(0, ...values), high = Math.max(0, ...values), room = high - low;
  return { range: [low < 0 ? low - room * 0.3 : low, high > 0 ? high + room * 0.2 : high] };
}

function ofNames(all, letter, share) {
  if (letter === "y") return { tickmode: "linear", dtick: 1, ...shorten(all, narrow() ? 16 : 26) };
  const most = Math.max(4, Math.round((narrow() ? 6 : 14) * share));
  if (all.length > most) return { nticks: most, ...(all.length < 40 ? shorten(all, 18) : {}) };
  return { tickmode: "linear", dtick: 1, ...shorten(all, Math.max(10, Math.round(90 / all.length))), ...wrapped(all) };
}

function fitted(figure, name) {
  const given = figure.layout[name], letter = name[0], id = letter + name.slice(5);
  const mine = figure.data.filter((trace) => (trace[`${letter}axis`] || letter) === id);
  if (given.type !== "category") return given.range || given.type === "log" ? {} : roomForLabels({ ...figure, data: mine }, letter);
  const all = given.categoryarray || [...new Set(mine.flatMap((trace) => trace[letter] || []))];
  const [from, to] = given.domain || [0, 1];
  return ofNames(all, letter, to - from);
}

export function axis(figure, name) {
  const given = figure.layout[name];
  return {
    automargin: true, gridcolor: colour("--line"), ticks: "", zerolinecolor: colour("--faint"),
    linecolor: colour("--faint"), tickfont: { size: 12 }, fixedrange: true, nticks: narrow() ? 5 : 7,
    ...fitted(figure, name), ...given,
    title: given.title && { ...given.title, font: { size: 12 }, standoff: 10 },
  };
}

export const isAxis = (name) => /^[xy]axis\d*$/.test(name);
