// What the reader chose is in the address, so that it can be shared, and the back button undoes it.

export const state = { sheet: "", query: new URLSearchParams() };

export function read() {
  state.sheet = decodeURIComponent(location.hash.slice(1));
  state.query = new URLSearchParams(location.search);
}

export function query() {
  const text = state.query.toString();
  return text ? `?${text}` : "";
}

// A new entry of the history where the address changes; `replace` where it was no choice of the reader's.
export function write(replace = false) {
  const hash = state.sheet ? `#${encodeURIComponent(state.sheet)}` : "";
  const next = location.pathname + query() + hash;
  if (next === location.pathname + location.search + location.hash) return;
  history[replace ? "replaceState" : "pushState"](null, "", next);
}

read();
