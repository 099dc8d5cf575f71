// Controls of a sheet: a widget per type. What is chosen is in `state.query`, under the control's
// key; a control without a key in it shows its default. `[ALL]` stands for all values.
import { element, narrow } from "./dom.js";
import { pickList } from "./picklists.js";
import { selections } from "./selections.js";

const ALL = "[ALL]";
const PERIODS = ["YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE"];
const RELATIVE = { PREVIOUS: "Previous", THIS: "This", LAST: "Last", NEXT: "Next", NOW: "Up to now in this" };

// The values in the address, else the default; null where nothing is filtered.
function valuesOf(given, state) {
  const values = state.query.has(given.key) ? state.query.getAll(given.key) : given.default;
  return !values || values.includes(ALL) ? null : values;
}

// Null chooses all values; a choice that is the default needs no place in the address.
function choose(given, state, values, onChange) {
  state.query.delete(given.key);
  const same = JSON.stringify(values) === JSON.stringify(given.default);
  if (!same) (values === null ? [ALL] : values).forEach((value) => state.query.append(given.key, value));
  onChange();
}

function field(given, ...inputs) {
  const id = `label-${given.id}`;
  const label = given.title ? element("span", { class: "control-title", id }, given.title) : null;
  const named = given.title ? { "aria-labelledby": id } : { "aria-label": given.key.slice(2) };
  return element("div", { class: "control", role: "group", "data-control": given.id, title: given.info, ...named }, label, ...inputs);
}

function input(given, type, name, value, attributes = {}) {
  return element("input", { type, value, "aria-label": [given.title || given.key.slice(2), name].filter(Boolean).join(": "), ...attributes });
}

function slider(given, state, onChange) {
  const limits = { min: given.minimum, max: given.maximum, step: given.step };
  const now = valuesOf(given, state) || [];
  const ends = given.range ? [now[0] || given.minimum, now[1] || given.maximum] : [now[0] || given.minimum];
  const shown = element("output", {}, ends.join(" – "));
  const inputs = ends.map((value, n) => input(given, "range", given.range ? ["from", "to"][n] : "", value, limits));
  const read = () => inputs.map((each) => each.value).sort((a, b) => a - b);
  inputs.forEach((each) => {
    each.addEventListener("input", () => { shown.textContent = read().join(" – "); });
    each.addEventListener("change", () => choose(given, state, read(), onChange));
  });
  return field(given, element("span", { class: "slider" }, ...inputs), shown);
}

function dates(given, state, onChange) {
  const now = valuesOf(given, state) || [];
  const fine = now.some((value) => value && !value.endsWith("T00:00:00") && value.length > 10);
  const shown = (value) => (value || "").slice(0, fine ? 16 : 10);
  const names = given.range ? ["from", "to"] : [""];
  const inputs = names.map((name, n) => input(given, fine ? "datetime-local" : "date", name, shown(now[n])));
  const read = () => inputs.map((each) => each.value);
  inputs.forEach((each) => each.addEventListener("change", () => choose(given, state, read().some(Boolean) ? read() : null, onChange)));
  return field(given, ...inputs);
}

function select(given, name, options, value) {
  const made = element("select", { "aria-label": `${given.title || given.key.slice(2)}: ${name}` }, ...options.map(([key, text]) => element("option", { value: key }, text)));
  made.value = value;
  return made;
}

function relative(given, state, onChange) {
  const [kind = "LAST", count = "1", grain = "DAY"] = (valuesOf(given, state)?.[0] || "LAST:1:DAY").split(":");
  const kinds = select(given, "which", Object.entries(RELATIVE), kind);
  const number = input(given, "number", "how many", count, { min: 1, max: 9999, step: 1 });
  const grains = select(given, "periods", PERIODS.map((name) => [name, name.toLowerCase()]), grain);
  const counted = () => { number.hidden = !["LAST", "NEXT"].includes(kinds.value); };
  counted();
  const change = () => {
    counted();
    if (number.reportValidity()) choose(given, state, [`${kinds.value}:${number.value || 1}:${grains.value}`], onChange);
  };
  [kinds, number, grains].forEach((each) => each.addEventListener("change", change));
  return field(given, kinds, number, grains);
}

function text(given, state, onChange) {
  const box = input(given, "text", "", (valuesOf(given, state) || [])[0] || "");
  box.addEventListener("change", () => choose(given, state, box.value === "" ? null : [box.value], onChange));
  return field(given, box);
}

function textArea(given, state, onChange) {
  const box = element("textarea", { rows: 2, "aria-label": given.title || given.key.slice(2) });
  box.value = (valuesOf(given, state) || []).join(given.delimiter);
  box.addEventListener("change", () => {
    const values = box.value.split(given.delimiter).map((value) => value.trim()).filter(Boolean);
    choose(given, state, values.length ? values : null, onChange);
  });
  return field(given, box);
}

function refused(given) {
  return field(given, element("span", { class: "refused" }, given.message));
}

function list(given, state, onChange, base) {
  return field(given, pickList(given, valuesOf(given, state), {
    address: (search) => {
      const query = new URLSearchParams(state.query);
      if (search) query.set("search", search);
      return `${base}/controls/${encodeURIComponent(given.id)}.json?${query}`;
    },
    choose: (values) => choose(given, state, values, onChange),
  }));
}

const WIDGETS = {
  Dropdown: list, List: list, Slider: slider, DateTimePicker: dates, RelativeDateTime: relative,
  TextField: text, TextArea: textArea, Refused: refused,
};

const INPUTS = ":is(button, input, select, textarea)";

// Where the focus is, as a control and the place of the input in it.
function focusIn(container) {
  const holder = container.contains(document.activeElement) && document.activeElement.closest("[data-control]");
  if (!holder) return () => {};
  const at = [...holder.querySelectorAll(INPUTS)].indexOf(document.activeElement);
  return () => container.querySelectorAll(`[data-control="${CSS.escape(holder.dataset.control)}"] ${INPUTS}`)[at]?.focus();
}

// On a phone many controls are one line until they are asked for.
function folded(container, widgets) {
  if (!narrow() || widgets.length < 3) return widgets;
  const open = container.querySelector("details")?.open;
  return [element("details", { class: "folded", open: open ? "" : null }, element("summary", {}, `Filters (${widgets.length})`), ...widgets)];
}

// Drawn anew after every choice, whoever made it; an input that has the focus keeps it.
export function mountControls(container, outline, state, onChange) {
  const base = `/quicksight/dashboards/${encodeURIComponent(outline.id)}`;
  const sheet = outline.sheets.find((each) => each.id === state.sheet) || outline.sheets[0];
  const refocus = focusIn(container);
  const widgets = sheet.controls.map((given) => WIDGETS[given.type](given, state, onChange, base));
  container.replaceChildren(...folded(container, widgets), ...selections(sheet, state, onChange));
  refocus();
}
