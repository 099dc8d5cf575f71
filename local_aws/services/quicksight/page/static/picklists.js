// A list of values behind a button: searched here while it is short, by the server where it is long.
import { element, said } from "./dom.js";

async function answered(address) {
  try {
    const answer = await fetch(address);
    return answer.ok ? await answer.json() : { message: await answer.text() };
  } catch {
    return { message: "The server does not answer." };
  }
}

const summary = (values) => (values === null ? "All" : values.length === 0 ? "None" : values.length === 1 ? values[0] : `${values.length} chosen`);

export function pickList(given, now, { address, choose }) {
  const button = element("button", { type: "button", class: now === null ? "pick" : "pick on", "aria-haspopup": "dialog", "aria-expanded": "false", "aria-label": `${given.title || given.key.slice(2)}: ${summary(now)}` }, element("span", {}, summary(now)));
  const holder = element("span", { class: "picker" }, button);
  let open = null;
  const outside = (event) => { if (!holder.contains(event.target)) close(); };
  const close = () => {
    open?.remove();
    open = null;
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("click", outside);
  };
  const show = async () => {
    button.setAttribute("aria-expanded", "true");
    document.addEventListener("click", outside);
    open = await panel(given, now, address, (values) => { close(); button.focus(); choose(values); });
    holder.append(open);
    open.querySelector("input, button")?.focus();
  };
  button.addEventListener("click", () => (open ? close() : show()));
  holder.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !open) return;
    event.stopPropagation();
    close();
    button.focus();
  });
  return holder;
}

async function panel(given, now, address, choose) {
  const picked = new Set(now || []);
  const lines = element("ul", {});
  const more = element("p", { class: "more", role: "status" });
  const box = (value) => {
    const made = element("input", { type: given.multiple ? "checkbox" : "radio", name: `pick-${given.id}`, value });
    made.checked = picked.has(value);
    made.addEventListener("change", () => {
      if (!given.multiple) return choose([value]);
      return made.checked ? picked.add(value) : picked.delete(value);
    });
    return element("li", {}, element("label", {}, made, value));
  };
  const fill = async (search) => {
    const found = await answered(address(search));
    if (found.message) return lines.replaceChildren(element("li", {}, said("failed", found.message)));
    lines.replaceChildren(...found.values.map(box));
    more.textContent = found.more ? "More values than are shown: search for one." : found.values.length ? "" : "No values.";
    return found;
  };
  const first = await fill("");
  const search = element("input", { type: "search", placeholder: "Search", "aria-label": `Search ${given.title || given.key.slice(2)}` });
  let waiting = 0;
  search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(() => fill(search.value), 150); });
  const searched = given.search && (first?.more || first?.values?.length > 8);
  return element("div", { class: "menu", role: "dialog", "aria-label": given.title || given.key.slice(2) },
    searched ? search : null, lines, more, buttons(given, picked, choose));
}

function buttons(given, picked, choose) {
  const all = given.selectAll ? element("button", { type: "button", class: "clear" }, "All") : null;
  all?.addEventListener("click", () => choose(null));
  const apply = given.multiple ? element("button", { type: "button", class: "apply" }, "Apply") : null;
  apply?.addEventListener("click", () => choose(picked.size ? [...picked] : null));
  return element("p", { class: "buttons" }, all, apply);
}
