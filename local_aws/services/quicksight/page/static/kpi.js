// A KPI: a figure, what it is compared with, a bar of progress, a line of the way there.
import { element, styled, vector } from "./dom.js";

function sparkline(spark) {
  const { points, type, colour } = spark;
  const figures = points.map((point) => point.value).filter((value) => value !== null);
  const low = Math.min(...figures), high = Math.max(...figures), span = high - low || 1;
  const at = (point, i) => (point.value === null ? null : `${(100 * i) / Math.max(1, points.length - 1)},${36 - (32 * (point.value - low)) / span}`);
  const line = points.map(at).filter(Boolean).join(" ");
  const parts = type === "AREA" ? [vector("polygon", { class: "under", points: `0,40 ${line} 100,40` })] : [];
  const made = vector("svg", { class: "spark", viewBox: "0 0 100 40", preserveAspectRatio: "none", "aria-hidden": "true" }, ...parts,
    vector("polyline", { class: "over", points: line }));
  if (colour) made.style.setProperty("--spark", colour);
  return spark.tips ? tipped(made, points) : made;
}

// The nearest point's figure follows the pointer; by keyboard and for screen readers it is in the table view.
function tipped(svg, points) {
  const tip = element("span", { class: "tip", hidden: "" });
  const holder = element("div", { class: "sparks" }, svg, tip);
  holder.addEventListener("pointermove", (event) => {
    const box = holder.getBoundingClientRect(), share = (event.clientX - box.left) / box.width;
    const at = Math.max(0, Math.min(points.length - 1, Math.round(share * (points.length - 1))));
    tip.textContent = `${points[at].label}: ${points[at].text}`;
    tip.hidden = false;
    tip.style.left = `${Math.max(15, Math.min(85, share * 100))}%`;
  });
  holder.addEventListener("pointerleave", () => { tip.hidden = true; });
  return holder;
}

function changed(kpi) {
  if (!kpi.change && !kpi.against) return null;
  const { direction = 0, style = {} } = kpi;
  const arrow = kpi.arrows && direction ? element("span", { class: `arrow ${direction > 0 ? "up" : "down"}`, role: "img", "aria-label": direction > 0 ? "up" : "down" }, direction > 0 ? "▲" : "▼") : null;
  const figure = styled(element("b", {}, kpi.change || ""), { color: style.change });
  return element("div", { class: "change" }, icon(kpi.icons?.change), arrow, arrow ? " " : null, figure, element("span", {}, `${kpi.change ? " " : ""}${kpi.against || ""}`));
}

export function icon(given) {
  if (!given) return null;
  return styled(element("span", { class: "mark", role: "img", "aria-label": given.name }, given.text), { color: given.colour });
}

function progress(given) {
  const bar = element("progress", { class: "progress", max: "1", value: String(Math.max(0, Math.min(1, given.share))), "aria-label": `${given.text} of the target` });
  return styled(bar, { "accent-color": given.colour, "--bar": given.colour });
}

export function drawKpi(body, kpi) {
  const figure = styled(element("div", { class: "figure" }, icon(kpi.icons?.value), kpi.value), { color: kpi.style?.value, "font-size": kpi.style?.size });
  const parts = [figure, changed(kpi)];
  if (kpi.secondary) parts.push(element("div", { class: "secondary" }, kpi.secondary));
  if (kpi.progress) parts.push(progress(kpi.progress));
  if (kpi.spark && kpi.spark.points.length > 1) parts.push(sparkline(kpi.spark));
  body.replaceChildren(...parts.filter(Boolean));
}
