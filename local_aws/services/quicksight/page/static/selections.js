// Marks that were clicked or drilled into, as chips that take each back.
import { element } from "./dom.js";

const worded = (value) => (value === "\0" ? "empty" : value.replace(/T00:00:00$/, ""));

function chip(words, remove) {
  const made = element("button", { type: "button", class: "chip", "aria-label": `Remove ${words}` }, words, element("span", { "aria-hidden": "true" }, "×"));
  made.addEventListener("click", remove);
  return made;
}

// A selection of several fields is taken back as one; of a drill-down, a step and those below it.
export function selections(sheet, state, onChange) {
  const chips = [];
  for (const item of sheet.items) {
    const name = item.title || item.kind;
    const clicked = state.query.getAll(`x.${item.id}`);
    const values = (entries) => entries.map((entry) => worded(entry.slice(entry.indexOf(":") + 1))).join(", ");
    if (clicked.length) chips.push(chip(`${name}: ${values(clicked)}`, () => { state.query.delete(`x.${item.id}`); onChange(); }));
    const steps = state.query.getAll(`d.${item.id}`);
    steps.forEach((step, n) => chips.push(chip(`${name} › ${values([step])}`, () => {
      state.query.delete(`d.${item.id}`);
      steps.slice(0, n).forEach((kept) => state.query.append(`d.${item.id}`, kept));
      onChange();
    })));
  }
  const chosen = [...state.query.keys()].some((key) => /^[fpxd]\./.test(key));
  if (chosen) {
    const reset = element("button", { type: "button", class: "reset" }, "Reset");
    reset.addEventListener("click", () => {
      [...new Set(state.query.keys())].filter((key) => /^[fpxd]\./.test(key)).forEach((key) => state.query.delete(key));
      onChange();
    });
    chips.push(reset);
  }
  return chips;
}
