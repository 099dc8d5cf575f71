// What a click on a mark does: a visual's actions, and steps down its hierarchies.
import { openMenu } from "./menus.js";

// After the click that asks for it, which would close any menu that is open by then.
const ask = (anchor, items) => setTimeout(() => openMenu(anchor, items));

const text = (value) => (value === null || value === undefined ? "\0" : String(value));

// A plotly event's point as values by field id; null where the mark stands for no single value
// ("Other"). A cell of a heat map has a value of a row and one of a column.
export function pointOf(event) {
  const { data, pointNumber } = event.points[0];
  const { marks, fixed, grid } = data.stands || {};
  if (grid) {
    const [[across, columns], [down, rows]] = grid;
    const [row, column] = pointNumber;
    return whole({ [across]: columns[column], [down]: rows[row] });
  }
  return marks ? whole({ ...fixed, [marks[0]]: marks[1][pointNumber] }) : null;
}

const whole = (point) => (Object.values(point).includes(null) ? null : point);

function filter(visual, operation, point, state) {
  const key = `x.${visual.id}`;
  const fields = Object.keys(point).filter((id) => !operation.fields || operation.fields.includes(id) || operation.columns.length);
  const entries = fields.map((id) => `${id}:${text(point[id])}`);
  const again = JSON.stringify(state.query.getAll(key)) === JSON.stringify(entries);
  state.query.delete(key);
  if (!again) entries.forEach((entry) => state.query.append(key, entry));
}

function filled(template, point, state) {
  const value = (name) => (name.startsWith("$") ? state.query.getAll(`p.${name.slice(1)}`).join(",") : text(point[name] ?? ""));
  return template.replace(/<<([^<>]+)>>/g, (_, name) => encodeURIComponent(value(name)));
}

function open(operation, point, state) {
  const address = new URL(filled(operation.template, point, state), location.href);
  if (address.protocol !== "https:") return;
  window.open(address.href, operation.target === "SAME_TAB" ? "_self" : "_blank", "noopener,noreferrer");
}

function setParameters(operation, point, state) {
  for (const item of operation.values) {
    const key = `p.${item.parameter}`;
    const values = item.all ? ["[ALL]"] : item.values ? item.values.map(text)
      : item.source ? state.query.getAll(`p.${item.source}`) : item.field in point ? [text(point[item.field])] : [];
    state.query.delete(key);
    values.forEach((value) => state.query.append(key, value));
  }
}

const OPERATIONS = {
  filter: (visual, operation, point, state) => filter(visual, operation, point, state),
  navigate: (_visual, operation, _point, state) => { state.sheet = operation.sheet; },
  open: (_visual, operation, point, state) => open(operation, point, state),
  parameters: (_visual, operation, point, state) => setParameters(operation, point, state),
  refused: () => {},
};

function perform(action, visual, point, state, onChange) {
  action.operations.forEach((operation) => OPERATIONS[operation.kind](visual, operation, point, state));
  onChange();
}

// The level that a field stands at, and whether one is below.
function step(visual, point, state) {
  for (const [id, levels] of Object.entries(visual.drills || {})) {
    const taken = state.query.getAll(`d.${visual.id}`).filter((entry) => entry.startsWith(`${id}:`)).length;
    if (id in point && taken + 1 < levels.length) return { id, next: levels[taken + 1] };
  }
  return null;
}

function offers(visual, point, state, onChange) {
  const listed = visual.actions.filter((action) => action.trigger === "menu").map((action) => ({ label: action.name, act: () => perform(action, visual, point, state, onChange) }));
  const down = step(visual, point, state);
  if (down) {
    listed.push({
      label: `Drill down to ${down.next.toLowerCase()}`,
      act: () => { state.query.append(`d.${visual.id}`, `${down.id}:${text(point[down.id])}`); onChange(); },
    });
  }
  return listed;
}

// A click does its action; where there is more to choose from, a menu at the card asks.
export function onMark(visual, point, state, onChange, anchor) {
  if (!point) return;
  const clicked = visual.actions.find((action) => action.trigger === "click");
  const listed = offers(visual, point, state, onChange);
  if (clicked && !listed.length) perform(clicked, visual, point, state, onChange);
  else if (clicked) ask(anchor, [{ label: clicked.name, act: () => perform(clicked, visual, point, state, onChange) }, ...listed]);
  else if (listed.length) ask(anchor, listed);
}

// By keyboard: the values of a chart's first series in the card's own menu, each as a click on it.
export function markItems(entry, state, onChange) {
  const { item, payload, card } = entry;
  const able = item.actions.length || Object.keys(item.drills).length;
  const trace = payload?.figure?.data.find((each) => each.meta?.marks);
  const listed = [];
  if (able && trace) {
    const [id, values] = trace.meta.marks;
    listed.push({
      label: "Choose a value…",
      act: () => ask(card.querySelector(".dots"), values.filter((value) => value !== null).slice(0, 50).map((value) => ({
        label: value === "\0" ? "empty" : String(value).replace(/T00:00:00$/, ""),
        act: () => onMark(item, { ...trace.meta.fixed, [id]: value }, state, onChange, card.querySelector(".dots")),
      }))),
    });
  }
  if (state.query.has(`d.${item.id}`)) {
    listed.push({
      label: "Drill up",
      act: () => {
        const steps = state.query.getAll(`d.${item.id}`);
        state.query.delete(`d.${item.id}`);
        steps.slice(0, -1).forEach((kept) => state.query.append(`d.${item.id}`, kept));
        onChange();
      },
    });
  }
  return listed;
}

// Called when a chart was drawn.
export function watchMarks(entry, state, onChange) {
  entry.drawn = (_, plot) => {
    if (!plot?.on || !(entry.item.actions.length || Object.keys(entry.item.drills).length)) return;
    entry.holder.classList.add("clickable");
    plot.on("plotly_click", (event) => onMark(entry.item, pointOf(event), state, onChange, entry.card.querySelector(".dots")));
  };
}
