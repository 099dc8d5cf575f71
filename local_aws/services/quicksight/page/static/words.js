// Text on a page: rich text boxes, narratives of insights, word clouds. The server sends a tree of
// allowed tags and styles; here they become elements, nothing is read as HTML.
import { element, styled } from "./dom.js";
import { seriesColour } from "./palette.js";

const TAGS = new Set(["p", "span", "b", "i", "u", "s", "ul", "ol", "li", "br", "a", "sub", "sup"]);

export function rich(nodes) {
  return nodes.map((node) => {
    if (typeof node === "string") return node;
    const tag = TAGS.has(node.tag) ? node.tag : "span";
    const link = tag === "a" ? { href: node.href, target: "_blank", rel: "noopener noreferrer" } : {};
    const { color, ...style } = node.style || {};
    // A colour meant for a white page is lightened on a dark one.
    const made = element(tag, { ...link, class: color && "own" }, ...rich(node.children || []));
    return styled(made, { ...style, "--own": color });
  });
}

export function drawNarrative(body, narrative) {
  body.replaceChildren(element("div", { class: "narrative", tabindex: "0", role: "group", "aria-label": "Narrative" }, ...rich(narrative.nodes)));
}

// Words from the middle outwards along a spiral, the biggest first, where there is room.
function spiral(boxes, width, height) {
  const placed = [];
  const hits = (a) => placed.some((b) => Math.abs(a.x - b.x) * 2 < a.w + b.w && Math.abs(a.y - b.y) * 2 < a.h + b.h);
  const flat = height / width;
  for (const box of boxes) {
    for (let turn = 0; turn < 1400; turn += 1) {
      const angle = turn * 0.24, far = turn * 0.45;
      const at = { ...box, x: width / 2 + far * Math.cos(angle), y: height / 2 + far * flat * Math.sin(angle) };
      const inside = at.x - at.w / 2 >= 0 && at.x + at.w / 2 <= width && at.y - at.h / 2 >= 0 && at.y + at.h / 2 <= height;
      if (inside && !hits(at)) { placed.push(at); break; }
    }
  }
  return placed;
}

function sized(words, area, options, pen, scale) {
  const most = Math.max(...words.map((word) => word.value)), least = Math.min(...words.map((word) => word.value));
  const longest = Math.max(4, words[0].text.length);
  const top = Math.max(16, scale * Math.min(area.width / longest / 0.62, area.height / 3.2, 64)), low = Math.max(11, top / (options.emphasize ? 6.5 : 4.2));
  return words.map((word, n) => {
    const share = most > least ? (word.value - least) / (most - least) : 1;
    const size = low + (top - low) * (options.emphasize ? share ** 1.4 : Math.sqrt(share));
    pen.font = `600 ${size}px ${getComputedStyle(document.body).fontFamily}`;
    const long = pen.measureText(word.text).width + options.gap, tall = size * 1.12 + options.gap / 2;
    const upright = options.vertical && n % 3 === 2;
    return { word, size, upright, w: upright ? tall : long, h: upright ? long : tall };
  });
}

export function drawWords(body, cloud) {
  const list = element("ul", { class: "cloud", "aria-label": "Words by size" });
  body.replaceChildren(list);
  const area = list.getBoundingClientRect();
  const pen = document.createElement("canvas").getContext("2d");
  // Smaller until nearly all of them have room.
  let boxes = [];
  for (let scale = 1; scale > 0.45 && boxes.length < cloud.words.length * 0.85; scale *= 0.85) {
    boxes = spiral(sized(cloud.words, area, cloud, pen, scale), area.width, area.height);
  }
  list.append(...boxes.map(({ word, size, upright, x, y }, n) => styled(
    element("li", { title: `${word.text}: ${word.shown}`, "data-word": word.index, class: upright ? "upright" : null }, word.text, element("span", { class: "hidden" }, `: ${word.shown}`)),
    { left: `${x}px`, top: `${y}px`, "font-size": `${size}px`, "--word": seriesColour({ series: cloud.one ? 0 : n }) })));
}
