/** Builds elements from data; text is never parsed as HTML. */

const SVG = "http://www.w3.org/2000/svg";

/** Build an element: element("a", {href, class: "x", click: listener}, "text", [more, elements], null) */
export const element = (name, attributes, ...children) => filled(document.createElement(name), attributes, children);
export const drawn = (name, attributes, ...children) => filled(document.createElementNS(SVG, name), attributes, children);

function filled(node, attributes = {}, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Build a description list of pairs; pairs without a value are omitted. */
export function pairs(rows, name = "pairs") {
  const shown = rows.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return element("dl", { class: name }, shown.map(([term, value]) => [element("dt", {}, term), element("dd", {}, value)]));
}

/** Build a table. `columns` are [title, cell of a row, class?]. */
export const table = (caption, columns, rows) => element("div", { class: "scroll" }, rowsOf(caption, columns, rows));

/** Build a table with many columns: on a narrow page each row becomes a block of named values. */
export const wideTable = (caption, columns, rows) =>
  element("div", { class: "scroll stack", tabindex: 0, role: "group", "aria-label": caption }, rowsOf(caption, columns, rows));

/** Build the table's elements. Their ARIA roles keep it a table for screen readers in any layout. */
function rowsOf(caption, columns, rows) {
  const cells = (row) => columns.map(([title, cell, kind]) => element("td", { role: "cell", class: kind, "data-title": title }, element("div", {}, cell(row))));
  return element("table", { role: "table" },
    element("caption", { class: "unseen" }, caption),
    element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, columns.map(([title, , kind]) => element("th", { scope: "col", role: "columnheader", class: kind }, title)))),
    element("tbody", { role: "rowgroup" }, rows.map((row) => element("tr", { role: "row" }, cells(row)))));
}

export const tag = (text, kind = "") => element("span", { class: `tag ${kind}` }, text);
export const nothing = (...text) => element("p", { class: "nothing" }, ...text);

/** Show a value as indented JSON. */
export const json = (value) => element("pre", { tabindex: "0" }, JSON.stringify(value, null, 2));
