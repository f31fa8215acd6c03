// Copies: the rows that are shown, as Markdown, CSV (exact) or LaTeX. The net's total is below all
// of them only: under some of them it would pass for their sum.
const exactly = (cell) => cell.title || cell.textContent;
const COPIES = {
  markdown(rows) {
    const safe = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/([\\`*_[\]|#~$])/g, "\\$1");
    const lines = rows.map((cells) => `| ${cells.map((cell) => safe(cell.textContent)).join(" | ")} |`);
    const rule = rows[0].map((_, i) => (i < 2 ? ":---" : "---:"));
    return [lines[0], `| ${rule.join(" | ")} |`, ...lines.slice(1), ""].join("\n");
  },
  csv(rows) {
    const number = /^-?\d+(\.\d+)?(x-?\d+(\.\d+)?)*$/;
    const safe = (text, head) => {
      let plain = head ? text : text.replace(/^>= /, ">=").replace(/(\d),(?=\d)/g, "$1");
      if (/^[=+\-@\t\r＝＋－＠]/.test(plain) && !number.test(plain)) plain = plain === "-" ? "" : `'${plain}`;
      return /[",\n\r]/.test(plain) ? `"${plain.replace(/"/g, '""')}"` : plain;
    };
    return rows.map((cells, i) => cells.map((cell, k) => safe(i ? (k < 2 ? cell.textContent : exactly(cell)) : cell.dataset.key || cell.textContent, !i || k < 2)).join(",")).join("\n") + "\n";
  },
  latex(rows, total) {
    const signs = { "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "<": "\\textless{}", ">": "\\textgreater{}" };
    const safe = (text) => text.replace(/[\\{}$&#_%~^<>]/g, (sign) => signs[sign] || `\\${sign}`);
    const lines = rows.map((cells) => `${cells.map((cell) => safe(cell.textContent)).join(" & ")} \\\\`);
    const last = total ? ["\\midrule", lines.pop()] : [];
    const columns = rows[0].map((_, i) => (i < 2 ? "l" : "r")).join("");
    return [`\\begin{tabular}{${columns}}`, "\\toprule", lines[0], "\\midrule", ...lines.slice(1), ...last, "\\bottomrule", "\\end{tabular}", ""].join("\n");
  },
};

function copied(net, format) {
  const shown = net.rows.filter((row) => row.found);
  const total = shown.length === net.rows.length;
  const ordered = [...net.table.querySelectorAll("tbody tr:not(.stage)")].filter((row) => row.found);
  const rows = [net.table.tHead.rows[0], ...ordered, ...(total ? net.table.tFoot.rows : [])];
  return COPIES[format](rows.map((row) => [...row.cells]), total);
}
async function copy(text, button) {
  const dialog = document.querySelector(".copied");
  const area = dialog.querySelector("textarea");
  try {
    await navigator.clipboard.writeText(text);
    const label = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = label; }, 1200);
  } catch {
    area.value = text;
    dialog.hidden = false;
    area.focus();
    area.select();
    dialog.querySelector("button").onclick = () => { dialog.hidden = true; button.focus(); };
  }
}

// The page: all of it works without this, but for sorting, filters, copies and the drawing.
document.documentElement.classList.add("js");
const nets = [...document.querySelectorAll(".net")].map((section) => new Net(section));
for (const controls of document.querySelectorAll(".controls")) controls.hidden = false;
const counting = document.getElementById(":counting");
function count() {
  const { title, sentence } = data.conventions[counting.value];
  const said = document.getElementById(":sentence");
  said.querySelector("b").textContent = title;
  said.lastChild.textContent = `: ${sentence}.`;
  for (const net of nets) net.counted(counting.value);
  for (const region of document.querySelectorAll("[data-costs]")) {
    const { places, texts } = data.tables[Number(region.dataset.costs)];
    const rows = region.querySelector("table").rows;
    places.forEach(([r, c], i) => replaced(rows[r].cells[c], texts[counting.value][i]));
  }
  for (const place of document.querySelectorAll("[data-convention] small")) {
    place.textContent = data.conventions[counting.value].line;
  }
}
// Put a text in a cell's place of its own, its mark of a footnote behind it.
function replaced(cell, text) {
  const place = cell.querySelector("b") || cell;
  if (place.firstChild && place.firstChild.nodeType === Node.TEXT_NODE) place.firstChild.data = text;
  else if (text) place.prepend(text);
}
counting.value = data.counting; // a browser that comes back may remember another
counting.addEventListener("change", count);

function follow(hash, into) {
  let id = hash.slice(1);
  try { id = decodeURIComponent(id); } catch { return false; }
  for (const net of nets) {
    if (!net.byId.has(id)) continue;
    net.choose(net.byId.get(id), into);
    return true;
  }
  return false;
}
// Each net shows its costliest layer until one is chosen.
for (const net of nets) {
  const costs = net.rows.map((row) => value(net.data.costs[data.counting].kinds[row.dataset.k]));
  const known = costs.every((found) => typeof found === "bigint");
  let most = known ? 0 : costs.findIndex((found) => found);
  if (known) costs.forEach((found, i) => { if (found > costs[most]) most = i; });
  if (net.layers.length) net.choose(most, false);
}
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    const hash = link.getAttribute("href");
    if (follow(hash, true)) {
      event.preventDefault();
      if (location.hash !== hash) history.pushState(null, "", hash);
    }
    return;
  }
  const button = event.target.closest("[data-do]");
  if (!button) return;
  const net = nets.find((one) => one.section.contains(button));
  if (button.dataset.do === "spec") copy(net.section.querySelector(".spec code").textContent, button);
  else if (COPIES[button.dataset.do]) copy(copied(net, button.dataset.do), button);
});
addEventListener("popstate", () => follow(location.hash, true));
if (location.hash) follow(location.hash, true);
