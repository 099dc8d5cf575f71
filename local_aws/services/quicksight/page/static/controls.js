// Controls of filters: until definition's own come, a list of values per category filter.
import { element, said } from "./dom.js";

export function mountControls(container, outline, state, onChange) {
  const base = `/quicksight/dashboards/${encodeURIComponent(outline.id)}`;
  const sheet = outline.sheets.find((each) => each.id === state.sheet) || outline.sheets[0];
  container.replaceChildren(...sheet.controls.map((given) => control(base, given, state, onChange)));
}

function control(base, given, state, onChange) {
  const name = `f.${given.filter}`;
  const picked = () => state.query.getAll(name);
  const words = element("span");
  const button = element("button", { type: "button", "aria-haspopup": "true", "aria-expanded": "false" }, element("b", {}, given.title), words);
  const holder = element("div", { class: "control" }, button);
  const refresh = () => {
    const values = picked();
    words.textContent = values.length === 0 ? "All" : values.length === 1 ? values[0] : `${values.length} chosen`;
    holder.classList.toggle("on", values.length > 0);
  };
  const close = () => {
    holder.querySelector(".menu")?.remove();
    button.setAttribute("aria-expanded", "false");
  };
  const change = (values) => {
    state.query.delete(name);
    values.forEach((value) => state.query.append(name, value));
    refresh();
    onChange();
  };
  button.addEventListener("click", async () => {
    if (holder.querySelector(".menu")) return close();
    button.setAttribute("aria-expanded", "true");
    holder.append(await menu(base, given, picked, change));
    holder.querySelector("input")?.focus();
  });
  holder.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { close(); button.focus(); }
  });
  document.addEventListener("click", (event) => { if (!holder.contains(event.target)) close(); });
  refresh();
  return holder;
}

async function menu(base, given, picked, change) {
  const answer = await fetch(`${base}/filters/${encodeURIComponent(given.filter)}.json`);
  if (!answer.ok) return element("div", { class: "menu" }, said("failed", await answer.text()));
  const values = await answer.json();
  const boxes = values.map((value) => {
    const box = element("input", { type: given.single ? "radio" : "checkbox", name: given.filter, value });
    box.checked = picked().includes(value);
    return box;
  });
  const lines = boxes.map((box) => element("li", {}, element("label", {}, box, box.value)));
  const list = element("ul", {}, ...lines);
  list.addEventListener("change", () => change(boxes.filter((box) => box.checked).map((box) => box.value)));
  const search = element("input", { type: "search", placeholder: "Search", "aria-label": `Search ${given.title}` });
  search.addEventListener("input", () => lines.forEach((line, n) => { line.hidden = !values[n].toLowerCase().includes(search.value.toLowerCase()); }));
  const clear = element("button", { type: "button", class: "clear" }, "All");
  clear.addEventListener("click", () => { boxes.forEach((box) => { box.checked = false; }); change([]); });
  return element("div", { class: "menu" }, values.length > 8 ? search : null, clear, list);
}
