// Colours of the page and of its charts. A theme's own colours come with the outline.
import { byId, colour, themeName } from "./dom.js";

// Neighbours differ in lightness as well as hue, so that they are told apart without colour vision.
const PALETTES = {
  light: ["#0f766e", "#e8963a", "#3f5bc9", "#d76a93", "#6bb3dd", "#7a4fae", "#5e5310", "#b7c0c9"],
  dark: ["#2dd4bf", "#f6b26b", "#8ea2ff", "#f38ba0", "#b9e3fb", "#8c5cd6", "#8a8420", "#5c6875"],
};
const SCALES = {
  light: [[0, "#edf6f4"], [0.25, "#c3e4dd"], [0.5, "#79c0b5"], [0.75, "#2f8f86"], [1, "#0b4a50"]],
  dark: [[0, "#18252e"], [0.25, "#17454a"], [0.5, "#1d7a76"], [0.75, "#39b8a8"], [1, "#a7f3e4"]],
};

let theme = {};

export function useTheme(given) {
  theme = given || {};
  const variables = theme.variables || {};
  for (const [name, value] of Object.entries(variables)) document.documentElement.style.setProperty(name, value);
  // A theme is light or dark by itself: the reader's own choice is for pages without one.
  if (!variables["--card"]) return;
  document.documentElement.dataset.theme = inkOn(variables["--card"]) === "#ffffff" ? "dark" : "light";
  byId("theme").hidden = true;
}

export const palette = () => theme.palette || PALETTES[themeName()];
export const scale = () => (theme.gradient ? [[0, theme.gradient[0]], [1, theme.gradient[1]]] : SCALES[themeName()]);
export const seriesColour = (meta = {}) => meta.colour || (meta.other ? colour("--rest") : palette()[(meta.series || 0) % palette().length]);

function parts(hex) {
  const full = hex.length === 4 ? [...hex].map((c, n) => (n ? c + c : c)).join("") : hex;
  return [1, 3, 5].map((at) => parseInt(full.slice(at, at + 2), 16));
}

// One colour over another, opaque, so that grid lines do not show through.
export function mixed(over, under, share) {
  const front = parts(over), back = parts(under);
  return `rgb(${front.map((value, n) => Math.round(value * share + back[n] * (1 - share))).join(",")})`;
}

// A scale's colour at a share between 0 and 1.
export function atShare(stops, share) {
  const over = Math.max(1, stops.findIndex(([at]) => at >= share));
  const [low, under] = stops[over - 1], [high, above] = stops[over];
  const part = high > low ? Math.max(0, Math.min(1, (share - low) / (high - low))) : 0;
  const a = parts(under), b = parts(above);
  return `#${a.map((value, n) => Math.round(value + (b[n] - value) * part).toString(16).padStart(2, "0")).join("")}`;
}

export function clear(hex, opacity) {
  return `rgba(${parts(hex).join(",")},${opacity})`;
}

// Dark or light ink, whichever reads better on a fill (WCAG's contrast).
export function inkOn(hex) {
  const [r, g, b] = parts(hex).map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.3 ? "#17212b" : "#ffffff";
}
