// How fresh the data is, and the refresh that is under way.
import { byId, element } from "./dom.js";

const counted = new Intl.NumberFormat("en");
const time = (seconds) => new Date(seconds * 1000).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" });

function told(data) {
  if (data.state === "failed" && data.refreshed) return `last refresh failed; rows of ${time(data.refreshed)}`;
  if (data.state === "failed") return "no data: the refresh failed";
  if (data.direct) return "asked of the source each time";
  if (data.state === "refreshing") return data.refreshed ? `refreshing; rows of ${time(data.refreshed)}` : "first refresh under way";
  return data.refreshed ? time(data.refreshed) : "never refreshed";
}

export const refreshing = (outline) => outline.data.some((data) => data.state === "refreshing");

function summary(sets) {
  const times = sets.filter((data) => data.refreshed).map((data) => data.refreshed);
  const rows = sets.reduce((sum, data) => sum + (data.rows || 0), 0);
  if (!times.length) return "No data yet";
  return `Data refreshed ${time(Math.min(...times))} · ${counted.format(rows)} rows in ${sets.length} data set${sets.length > 1 ? "s" : ""}`;
}

export function drawFreshness(outline) {
  const sets = outline.data;
  const under = sets.filter((data) => data.state === "refreshing").map((data) => data.name);
  byId("fresh").textContent = under.length ? `Refreshing ${under.join(", ")}…` : summary(sets);
  byId("progress").hidden = under.length === 0;
  byId("data").replaceChildren(...sets.map((data) => element("span", {}, element("b", {}, data.name), data.rows === undefined ? "" : ` ${counted.format(data.rows)} rows`, ` · ${told(data)}`)));
  const failed = sets.filter((data) => data.state === "failed").map((data) => `${data.name}: ${data.message}`);
  byId("notices").replaceChildren(...[...outline.errors, ...failed].map((text) => element("p", { class: "notice" }, text)));
}

// Calls back with the new outline when a version is published or a refresh begins or ends.
export function watch(address, current, changed) {
  const mark = (board) => JSON.stringify([board.version, board.data.map((data) => [data.refreshed, data.state])]);
  const poll = async () => {
    let now = null;
    try {
      const answer = document.hidden ? null : await fetch(address());
      if (answer && answer.ok) now = await answer.json();
    } catch { /* the server is away; the page stays as it is */ }
    if (now && mark(now) !== mark(current())) changed(now);
    setTimeout(poll, refreshing(current()) ? 1500 : 15000);
  };
  setTimeout(poll, refreshing(current()) ? 1500 : 15000);
}
