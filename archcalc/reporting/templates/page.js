// One net of the page: its table, its chosen layer, its costs by a convention.
class Net {
  constructor(section) {
    this.section = section;
    this.data = data.nets[Number(section.dataset.net)];
    this.table = section.querySelector(".table");
    this.costColumn = Number(this.table.dataset.cost) + 2;
    this.bodies = [...this.table.tBodies];
    this.rows = [...this.table.querySelectorAll("tbody tr:not(.stage)")];
    this.home = this.rows.map((row) => row.parentElement);
    this.stages = [...this.table.querySelectorAll(".stage")];
    this.layers = [...section.querySelectorAll(".layer")];
    this.byId = new Map(this.layers.map((layer, i) => [layer.id, i]));
    this.filter = section.querySelector("input[type=search]");
    this.count = section.querySelector("output");
    this.fold = section.querySelector("[data-do=fold]");
    this.unsort = section.querySelector("[data-do=unsort]");
    this.sorted = { column: -1, way: 0 };
    this.key = data.counting;
    this.texts = this.rows.map((row) => `${row.cells[0].textContent} ${row.cells[1].textContent}`.toLowerCase());
    this.prepare();
  }

  prepare() {
    for (const [column, head] of [...this.table.tHead.rows[0].cells].entries()) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => this.sort(column));
    }
    for (const stage of this.stages) {
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-expanded", "true");
      button.append(...stage.cells[0].childNodes);
      stage.cells[0].append(button);
      button.addEventListener("click", () => {
        button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") === "false"));
        this.show();
      });
    }
    this.fold.addEventListener("click", () => this.foldAll(this.fold.getAttribute("aria-expanded") === "true"));
    this.unsort.addEventListener("click", () => {
      this.sort(-1);
      (this.fold.hidden ? this.filter : this.fold).focus();
    });
    this.filter.addEventListener("input", () => this.show());
    this.table.addEventListener("click", (event) => {
      const row = event.target.closest("tbody tr:not(.stage)");
      const chosen = row && !getSelection().toString();
      if (chosen && !event.target.closest("a")) row.querySelector("a").click();
    });
    if (this.rows.length > 200) this.foldAll(true);
    this.show();
  }

  foldAll(folded) {
    this.fold.setAttribute("aria-expanded", String(!folded));
    this.fold.textContent = folded ? this.fold.dataset.folded : this.fold.dataset.unfolded;
    for (const stage of this.stages) stage.querySelector("button").setAttribute("aria-expanded", String(!folded));
    this.show();
  }

  // Show the rows that the filter finds; those of a folded stage only where it is in use.
  show() {
    const words = this.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    this.rows.forEach((row, i) => {
      row.found = words.every((word) => this.texts[i].includes(word));
      shown += row.found;
    });
    const flat = this.sorted.way !== 0;
    this.table.classList.toggle("sorted", flat);
    this.unsort.hidden = !flat;
    this.fold.hidden = flat || !this.stages.length;
    this.fold.disabled = words.length > 0; // stages in use are unfolded
    for (const body of this.bodies) {
      const stage = body.querySelector(".stage");
      const members = [...body.rows].filter((row) => row !== stage);
      const folded = stage && !words.length && !flat && stage.querySelector("button").getAttribute("aria-expanded") === "false";
      for (const row of members) row.hidden = !row.found || Boolean(folded);
      if (stage) stage.hidden = flat || !members.some((row) => row.found);
    }
    this.count.textContent = filled(this.count.dataset.said, { shown, all: this.rows.length });
  }

  // A column's button sorts by it, then the other way round, then as the net is; -1 as it is.
  sort(column) {
    const natural = column > 1 ? -1 : 1;
    const { column: before, way } = this.sorted;
    if (column < 0) this.sorted = { column, way: 0 };
    else this.sorted = before !== column ? { column, way: natural } : { column, way: way === natural ? -natural : 0 };
    for (const [i, head] of [...this.table.tHead.rows[0].cells].entries()) {
      const here = i === column ? this.sorted.way : 0;
      head.setAttribute("aria-sort", here ? (here > 0 ? "ascending" : "descending") : "none");
    }
    this.arrange();
  }

  arrange() {
    const { column, way } = this.sorted;
    const order = this.rows.map((row, i) => [row, i]);
    if (way) {
      const keys = this.rows.map((row) => sortKey(row.cells[column]));
      order.sort(([, a], [, b]) => compared(keys[a], keys[b], way) || a - b);
    }
    for (const [row, i] of order) (way ? this.bodies[0] : this.home[i]).append(row);
    this.show();
  }

  // Write the cost by a convention wherever it stands.
  counted(key) {
    const costs = this.data.costs[key];
    const { title } = data.conventions[key];
    for (const place of this.section.querySelectorAll("th[data-title], dt[data-title]")) {
      (place.querySelector("button") || place).textContent = title;
    }
    write(this.section.querySelector("[data-total]"), costs.total);
    write(this.table.tFoot.rows[0].cells[this.costColumn], costs.total);
    this.rows.forEach((row) => {
      write(row.cells[this.costColumn], costs.kinds[row.dataset.k]);
    });
    this.key = key;
    this.detail();
    this.bodies.forEach((body, i) => {
      const stage = this.stages.find((row) => row.parentElement === body);
      if (stage) write(stage.cells[this.costColumn], costs.groups[i]);
    });
    const bars = costs.bars || costs.groups;
    const known = bars.map(value).filter((number) => typeof number === "bigint");
    const most = known.reduce((a, b) => (a > b ? a : b), 0n);
    [...this.section.querySelectorAll(".bars tbody tr")].forEach((row, i) => {
      write(row.cells[1], bars[i]);
      row.cells[2].textContent = share(bars[i], costs.total);
      const number = value(bars[i]);
      const width = typeof number === "bigint" && most ? (1000n * number) / most : 0n;
      row.cells[3].querySelector("rect").setAttribute("width", String(width));
    });
    if (this.sorted.way && this.sorted.column === this.costColumn) this.arrange();
  }

  // Write the cost of the chosen layer and its share of the net's.
  detail() {
    if (this.chosen === undefined) return;
    const costs = this.data.costs[this.key];
    const found = costs.kinds[this.rows[this.chosen].dataset.k];
    const line = this.layers[this.chosen].querySelector(".cost");
    line.querySelector("b").textContent = written(found, true);
    line.querySelector("[data-title]").textContent = data.conventions[this.key].title;
    const part = share(found, costs.total);
    line.querySelector(".share").textContent = part && `, ${part}`;
  }

  // Show the section of a layer, its own formulas in it, and draw what it sees.
  choose(i, into) {
    const layer = this.layers[i];
    const like = layer.querySelector("dd.like a");
    if (like && !layer.dataset.whole) {
      const first = document.getElementById(decodeURIComponent(like.hash.slice(1)));
      const places = new Set([...layer.querySelectorAll("dt")].map((term) => term.textContent));
      const list = layer.querySelector("dl");
      const before = list.children[2] || null;
      for (const part of [...first.querySelectorAll("dt")]) {
        if (places.has(part.textContent) || part.className) continue;
        list.insertBefore(part.cloneNode(true), before);
        list.insertBefore(part.nextElementSibling.cloneNode(true), before);
      }
      layer.dataset.whole = "yes";
    }
    for (const one of this.section.querySelectorAll(".chosen")) one.classList.remove("chosen");
    layer.classList.add("chosen");
    this.chosen = i;
    this.detail();
    const row = this.rows[i];
    row.classList.add("chosen");
    if (row.hidden && row.found) this.unfold(row);
    const href = row.querySelector("a").getAttribute("href");
    for (const box of this.section.querySelectorAll(".graph a")) {
      box.classList.toggle("chosen", box.getAttribute("href") === href);
    }
    drawField(this.section.querySelector(".drawing"), this.data.fields[row.dataset.f]);
    if (!into) return;
    const frame = this.table.closest(".scroll");
    const [top, bottom] = [this.table.tHead.offsetHeight, this.table.tFoot.offsetHeight];
    const at = row.offsetTop;
    if (at < frame.scrollTop + top || at > frame.scrollTop + frame.clientHeight - bottom - row.offsetHeight) {
      frame.scrollTop = at - frame.clientHeight / 2;
    }
    const panel = this.section.querySelector(".detail").getBoundingClientRect();
    if (panel.top > innerHeight - 120 || panel.bottom < 120) layer.scrollIntoView({ block: "start" });
    layer.parentElement.scrollTop = 0;
  }

  unfold(row) {
    const stage = row.parentElement.querySelector(".stage");
    if (stage) stage.querySelector("button").setAttribute("aria-expanded", "true");
    this.show();
  }
}
