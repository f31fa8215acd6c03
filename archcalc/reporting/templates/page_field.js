// The receptive field to scale: the input's frame, what one unit sees, the next one, units as dots.
const SVG = "http://www.w3.org/2000/svg";
const LONGEST = 300;
function part(name, attributes, inside) {
  const made = document.createElementNS(SVG, name);
  for (const [key, set] of Object.entries(attributes)) made.setAttribute(key, set);
  if (inside) made.textContent = inside;
  return made;
}

function drawField(figure, field) {
  figure.hidden = !field;
  for (const old of figure.querySelectorAll("svg")) old.remove();
  if (!field) return;
  const caption = figure.querySelector("figcaption");
  if (field === "whole") {
    caption.textContent = figure.dataset.whole;
    return;
  }
  const by = (k) => [...new Set(field.map((axis) => axis[k]))].length === 1 ? field[0][k] : field.map((axis) => axis[k]).join("x");
  const words = { size: field.map((a) => a[0]).join("x"), input: field.map((a) => a[3]).join("x"), jump: by(1), first: by(2) };
  const [y, x] = field.length > 1 ? field.slice(-2).map(axis) : [{ ...axis(field[0]), flat: true }, axis(field[0])];
  if (y.flat) Object.assign(y, { from: 0, to: x.length / 8, size: x.length / 8, start: 0, length: x.length / 8, input: x.length / 8, centers: [x.length / 16], center: x.length / 16, jump: 0 });
  const outside = [y, x].some((one) => one.start < 0 || one.start + one.size > one.input);
  caption.textContent = filled(figure.dataset.said, words) + (outside ? ` ${figure.dataset.outside}` : "");
  const scale = LONGEST / Math.max(x.to - x.from, y.to - y.from);
  const [wide, high] = [(x.to - x.from) * scale, (y.to - y.from) * scale];
  const svg = part("svg", { viewBox: `-6 -6 ${wide + 12} ${high + 12}`, role: "img", "aria-label": caption.textContent });
  const hatched = `:hatch${figure.closest(".net").dataset.net}`;
  const hatch = part("pattern", { id: hatched, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
  hatch.append(part("path", { d: "M0 0V7", class: "g-hatch" }));
  const box = (cls, left, top, width, height, more) => part("rect", {
    class: cls, x: (left - x.from) * scale, y: (top - y.from) * scale,
    width: Math.max(width * scale, 1.5), height: Math.max(height * scale, 1.5), ...more,
  });
  if (outside) svg.append(hatch, box("", x.start, y.start, x.size, y.size, { fill: `url(#${hatched})` }));
  svg.append(box("g-frame", 0, 0, x.input, y.input));
  svg.append(box("g-field", x.start, y.start, x.size, y.size));
  if (x.centers.length > 1 && x.jump * scale > 2) svg.append(box("g-next", x.start + x.jump, y.start, x.size, y.size));
  if ([x, y].every((one) => one.flat || one.centers.length === 1 || one.jump * scale >= 7)) {
    for (const top of y.centers) {
      for (const left of x.centers) {
        if (left < 0 || top < 0 || left > x.input || top > y.input) continue;
        svg.append(part("circle", { class: "g-dot", r: 1.1, cx: (left - x.from) * scale, cy: (top - y.from) * scale }));
      }
    }
  }
  svg.append(part("circle", { class: "g-unit", r: 3, cx: (x.center - x.from) * scale, cy: (y.center - y.from) * scale }));
  figure.prepend(svg);
}

// One axis in input pixels, of the unit in the middle.
function axis([size, jump, first, input, units]) {
  const start = first + jump * Math.floor((units - 1) / 2);
  const [from, to] = [Math.min(0, start), Math.max(input, start + size)];
  const centers = [];
  for (let i = 0; i < Math.min(units, 4096); i += 1) centers.push(first + jump * i + size / 2);
  return { size, jump, input, start, from, to, length: to - from, centers, center: start + size / 2 };
}
