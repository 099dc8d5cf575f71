// Before anything is drawn, so that a dark page never flashes white.
(() => {
  let kept = null;
  try { kept = localStorage.getItem("theme"); } catch { /* storage may be off */ }
  const dark = kept ? kept === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
