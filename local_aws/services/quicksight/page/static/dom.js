// Elements, by hand: text through textContent only. No innerHTML anywhere.

export const byId = (id) => document.getElementById(id);
export const narrow = () => innerWidth < 820;
export const themeName = () => document.documentElement.dataset.theme;
export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== "" && child !== false));
  return made;
}

export function vector(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// A style attribute is not needed: the object model sets properties one by one.
export function styled(made, properties) {
  for (const [name, value] of Object.entries(properties || {})) {
    if (value !== undefined && value !== null) made.style.setProperty(name, value);
  }
  return made;
}

const SIGNS = { empty: "○", failed: "!", refused: "⊘" };

// What stands in a card instead of figures: nothing there, something wrong, or something not supported.
export function said(state, message, ...more) {
  return element("div", { class: `said ${state}` },
    element("span", { class: "sign", "aria-hidden": "true" }, SIGNS[state] || "○"),
    element("p", {}, message), ...more);
}
