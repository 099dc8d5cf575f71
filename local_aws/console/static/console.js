// The console's page: times in the reader's own zone, and pages that keep themselves up to date.
"use strict";

const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

function localise(root) {
  for (const element of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(element.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    if ("clock" in element.dataset) element.textContent = clock.format(moment);
    else if ("full" in element.dataset) element.textContent = full.format(moment);
    element.title = full.format(moment);
  }
}

const main = document.getElementById("main");
const notice = document.getElementById("notice");
const said = (words) => { if (notice.textContent !== words) notice.textContent = words; };

// A log is read from its end, and stays there while it grows.
const atEnd = (box) => box.classList.contains("log") && box.scrollTop + box.clientHeight >= box.scrollHeight - 4;

// What had the focus has it again, found by where it leads: the new page has the same links.
function keepFocus(replace) {
  const focused = main.contains(document.activeElement) && document.activeElement !== main ? document.activeElement : null;
  const href = focused && focused.getAttribute("href");
  const boxes = () => [...main.querySelectorAll("pre, .table")];
  const scrolled = boxes().map((box) => [box.scrollLeft, atEnd(box) ? box.scrollHeight + 1e6 : box.scrollTop]);
  replace();
  if (href) main.querySelector(`a[href="${CSS.escape(href)}"]`)?.focus({ preventScroll: true });
  boxes().forEach((box, index) => box.scrollTo(...(scrolled[index] || [0, 0])));
}

// A reader who marks text or writes into a field is not disturbed.
const reads = () => !getSelection().isCollapsed || ["INPUT", "SELECT"].includes(document.activeElement?.tagName);

async function refresh() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
  if (answer.status === 401) { said("This session is over. Run ./lake open for a new link."); return 0; }
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main");
  if (!answer.ok || !fresh) { said("This page could not be refreshed."); return 0; }
  localise(fresh);
  if (fresh.innerHTML !== main.innerHTML && !reads()) keepFocus(() => main.replaceChildren(...fresh.childNodes));
  said("");
  return Number(fresh.dataset.refresh || 0);
}

async function keepUp(seconds) {
  while (seconds) {
    await new Promise((resolve) => { setTimeout(resolve, seconds * 1000); });
    if (document.hidden) continue;
    try {
      seconds = await refresh();
    } catch {
      said("local_aws does not answer. Trying again.");
    }
  }
}

localise(document);
main.querySelectorAll(".log").forEach((box) => box.scrollTo(0, box.scrollHeight));
document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
keepUp(Number(main.dataset.refresh || 0));

// "/" goes to the search field, as on other pages of this kind.
addEventListener("keydown", (event) => {
  const field = document.querySelector("input[type=search]");
  const writes = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName || "");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || writes || !field) return;
  event.preventDefault();
  field.focus();
  field.select();
});
