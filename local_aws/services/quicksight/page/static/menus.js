// A menu button: Enter, Space or Down opens it, arrows walk, Escape and Tab close it.
import { element } from "./dom.js";

let open = null;

function close(focus) {
  if (!open) return;
  const { list, button } = open;
  open = null;
  list.remove();
  button.setAttribute("aria-expanded", "false");
  if (focus) button.focus();
}

function entry(item) {
  if (item === null) return element("li", { role: "separator" });
  const inner = [element("span", { class: `icon ${item.icon || ""}`, "aria-hidden": "true" }), item.label];
  const made = item.href
    ? element("a", { role: "menuitem", tabindex: "-1", href: item.href, download: item.download }, ...inner)
    : element("button", { role: "menuitem", tabindex: "-1", type: "button" }, ...inner);
  made.addEventListener("click", () => {
    close(true);
    if (item.act) item.act();
  });
  return element("li", { role: "none" }, made);
}

function walk(event) {
  const all = [...open.list.querySelectorAll("[role=menuitem]")];
  const at = all.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (event.key === "Escape") { event.stopPropagation(); event.preventDefault(); return close(true); }
  if (event.key === "Tab") return close(false);
  if (next === undefined) return undefined;
  event.preventDefault();
  return all[(next + all.length) % all.length].focus();
}

function place(list, button) {
  const box = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = list;
  const below = box.bottom + 4 + height < innerHeight || box.top < height;
  list.style.left = `${Math.max(8, Math.min(box.right - width, innerWidth - width - 8))}px`;
  list.style.top = `${below ? box.bottom + 4 : box.top - height - 4}px`;
}

export function openMenu(button, items) {
  close(false);
  const list = element("ul", { class: "popup", role: "menu", "aria-label": button.getAttribute("aria-label") }, ...items.map(entry));
  // Inside a dialog only what the dialog holds can be reached.
  (button.closest("dialog") || document.body).append(list);
  place(list, button);
  button.setAttribute("aria-expanded", "true");
  open = { list, button, at: button.getBoundingClientRect() };
  list.addEventListener("keydown", walk);
  list.querySelector("[role=menuitem]").focus();
}

export function menuButton(label, items) {
  const button = element("button", { class: "dots", type: "button", "aria-label": label, "aria-haspopup": "menu", "aria-expanded": "false" }, element("span", { "aria-hidden": "true" }));
  button.addEventListener("click", (event) => {
    event.stopPropagation();
    if (open && open.button === button) close(true);
    else openMenu(button, items());
  });
  button.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { event.preventDefault(); openMenu(button, items()); }
  });
  return button;
}

document.addEventListener("click", (event) => { if (open && !open.list.contains(event.target)) close(false); });
// The page moved away from under the menu. (Focus may scroll a card into view just before it opens.)
function moved() {
  if (!open) return;
  const box = open.button.getBoundingClientRect();
  if (Math.abs(box.top - open.at.top) + Math.abs(box.left - open.at.left) > 24) close(false);
}

addEventListener("scroll", moved, true);
addEventListener("resize", moved);
