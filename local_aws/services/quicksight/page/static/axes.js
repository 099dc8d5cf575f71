// Axes: ticks that fit, titles, lines. The server says what an axis means, this file how it looks.
import { colour, narrow } from "./dom.js";

const cutTo = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function shorten(ticks, most) {
  if (!ticks.some((text) => text && text.length > most)) return {};
  return { tickmode: "array", tickvals: ticks, ticktext: ticks.map((text) => cutTo(text, most)) };
}

// Months and the like on two lines: there is no room for twelve of them side by side.
function wrapped(all, most) {
  if (all.length < 5 || !all.every((text) => /^\S+ \S+$/.test(text))) return {};
  const every = Math.ceil(all.length / most);
  const shown = all.filter((_, n) => n % every === 0);
  return { tickmode: "array", tickvals: shown, ticktext: shown.map((text) => text.replace(" ", "<br>")), tickangle: 0 };
}

// Labels stand outside the bars, so the axis needs room beyond the longest.
function roomForLabels(figure, letter, length, across) {
  const labelled = figure.data.filter((trace) => trace.type === "bar" && trace.text && (trace.orientation === "h" ? "x" : "y") === letter);
  if (!labelled.length || figure.layout.barmode === "stack" || figure.layout.barmode === "relative") return {};
  const values = labelled.flatMap((trace) => trace[letter]).filter((value) => typeof value === "number");
  const low = Math.min(0, ...values), high = Math.max(0, ...values), span = high - low;
  const longest = Math.max(...labelled.flatMap((trace) => trace.text.map((text) => text.length)));
  // Over upright bars a label is as tall as a line, or as long as it is where it has to stand upright.
  const flat = (longest * 7 * labelled[0].text.length * labelled.length) <= across - 60;
  const share = Math.min(0.4, (letter === "x" || !flat ? longest * 7.4 + 6 : 20) / Math.max(80, length));
  const room = (span * share) / (1 - share * ((low < 0) + (high > 0)));
  return { range: [low < 0 ? low - room : low, high > 0 ? high + room : high] };
}

// `room` is what the axis has in pixels. Months on two lines take 38 of them, a letter takes 7.
function ofNames(all, letter, room) {
  if (letter === "y") {
    const every = Math.ceil((all.length * 15) / room);
    return { tickmode: "linear", tick0: 0, dtick: every, ...(every > 1 ? {} : shorten(all, narrow() ? 16 : 26)) };
  }
  const wide = wrapped(all, Math.max(2, Math.floor(room / 38)));
  if (wide.tickvals) return wide;
  const longest = Math.max(...all.map((text) => (text || "").length));
  const letters = Math.floor(room / all.length / 7);
  if (letters >= Math.min(longest, 9)) return { tickmode: "linear", dtick: 1, tickangle: 0, ...shorten(all, Math.max(9, letters)) };
  if (all.length * 17 <= room) return { tickmode: "linear", dtick: 1, tickangle: longest * 7 > room / all.length ? -40 : 0, ...shorten(all, 14) };
  const every = Math.ceil((Math.min(longest, 14) * 7 * all.length) / room);
  const shown = all.filter((_, n) => n % every === 0);
  return { tickmode: "array", tickvals: shown, ticktext: shown.map((text) => cutTo(text, 14)), tickangle: 0 };
}

function fitted(figure, name, room) {
  const given = figure.layout[name], letter = name[0], id = letter + name.slice(5);
  const mine = figure.data.filter((trace) => (trace[`${letter}axis`] || letter) === id);
  const [from, to] = given.domain || [0, 1];
  const mineRoom = (room[letter] - 60) * (to - from);
  if (given.type === "date") return { tickangle: 0, nticks: Math.max(2, Math.floor(mineRoom / 90)) };
  if (given.type === "multicategory") return {};
  if (given.type !== "category") return given.range || given.type === "log" ? {} : roomForLabels({ ...figure, data: mine }, letter, mineRoom - (letter === "x" ? 90 : 0), room.x);
  const all = given.categoryarray || [...new Set(mine.flatMap((trace) => trace[letter] || []))];
  return ofNames(all, letter, mineRoom);
}

export function axis(figure, name, room) {
  const given = figure.layout[name];
  return {
    automargin: true, gridcolor: colour("--line"), ticks: "", zerolinecolor: colour("--faint"),
    linecolor: colour("--faint"), tickfont: { size: 12 }, fixedrange: true, nticks: narrow() || given.domain ? 4 : 7,
    ...fitted(figure, name, room), ...given,
    title: given.title && { ...given.title, font: { size: 12 }, standoff: 10 },
  };
}

export const isAxis = (name) => /^[xy]axis\d*$/.test(name);
