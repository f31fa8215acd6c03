"use strict";
// The numbers of the page, exact. JSON's integers are small enough, larger ones are texts.
const data = JSON.parse(document.getElementById(":data").textContent);
const value = (found) => (typeof found === "number" || typeof found === "string" ? BigInt(found) : found);
const filled = (text, words) => text.replace(/\{(\w+)\}/g, (_, word) => words[word]);

// Four significant digits and K, M, G or T, as everywhere in archcalc.
const SCALES = [[10n ** 12n, "T"], [10n ** 9n, "G"], [10n ** 6n, "M"], [1000n, "K"]];
function significant(number, scale) {
  const whole = String(number / scale).length;
  let places = Math.max(4 - whole, 0);
  const rounded = () => (2n * number * 10n ** BigInt(places) + scale) / (2n * scale);
  if (places && String(rounded()).length > 4) places -= 1;
  const digits = String(rounded());
  return places ? `${digits.slice(0, -places)}.${digits.slice(-places)}` : digits;
}
function short(number) {
  for (const [i, [scale, letter]] of SCALES.entries()) {
    if (number < scale) continue;
    const text = significant(number, scale);
    if (Number(text) < 1000 || !i) return text + letter;
    return significant(number, SCALES[i - 1][0]) + SCALES[i - 1][1];
  }
  return String(number);
}
const commas = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

// A count as people read it, exact or not: unknown parts stay visible, nothing is taken for zero.
function written(found, exact) {
  const number = value(found);
  if (number === null) return "-";
  if (typeof number === "bigint") return exact ? commas(number) : short(number);
  if ("expr" in number) return number.expr;
  const least = value(number.at_least);
  return least === 0n ? "?" : `>= ${written(number.at_least, exact)}`;
}
function share(part, total) {
  const [one, all] = [value(part), value(total)];
  if (typeof one !== "bigint" || typeof all !== "bigint" || !all) return "";
  const thousandths = (2000n * one + all) / (2n * all);
  return `${thousandths / 10n}.${thousandths % 10n}%`;
}
function write(cell, found) {
  cell.textContent = written(found, false);
  const exact = written(found, true);
  if (exact === cell.textContent) cell.removeAttribute("title");
  else cell.title = exact;
}

// What a column is sorted by: numbers by size, sizes by their product, what is no number last.
function sortKey(cell) {
  const text = (cell.title || cell.textContent).replace(/,/g, "").replace(/^>= /, "");
  if (cell.cellIndex < 2) return text;
  if (text === "whole") return 10n ** 30n;
  const parts = text.split("x");
  return parts.every((part) => /^-?\d+$/.test(part)) ? parts.reduce((all, part) => all * BigInt(part), 1n) : null;
}
function compared(a, b, way) {
  if (a === null || b === null) return (a === null) - (b === null);
  if (typeof a === "string") return way * a.localeCompare(b, "en", { numeric: true });
  return a < b ? -way : a > b ? way : 0;
}
