/** Shows the result of an upload: progress, totals, and the errors by line. */
import { element, table, tag } from "./dom.js";
import { tenantId } from "./page.js";
import { counted, moment, number } from "./words.js";

export function result(upload) {
  const { file_name: name, rows, progress, status } = upload;
  return [
    element("div", { class: "head" }, element("h2", {}, name || "A file without a name"), state(upload)),
    element("p", { class: "hint" }, `${upload.kind}, ${upload.format?.toUpperCase() ?? "unreadable"}, ${counted(upload.bytes, "byte")}, ${moment(upload.created_at)}${upload.all_or_nothing ? ", all or nothing" : ""}`),
    element("div", { class: "score" }, element("progress", { max: 1, value: progress, "aria-label": `How much of ${name || "the file"} is read` }), element("b", { class: "n" }, `${Math.floor(100 * progress)} %`)),
    element("p", { role: "status" }, verdict(upload)),
    element("dl", { class: "figures" }, [["rows checked", rows.checked], ["accepted", rows.accepted], ["refused", rows.refused]].map(([title, count]) =>
      element("div", {}, element("dt", {}, title), element("dd", {}, number(count))))),
    upload.errors.length > 0 && errors(upload),
    rows.accepted > 0 && status === "completed" && element("p", { class: "next" }, element("a", { href: catalogue(upload.kind) }, `See the ${upload.kind}`)),
  ];
}

export const state = ({ status, error_count: count }) => tag(status, { completed: count ? "open" : "pass", failed: "fail" }[status]);

function verdict({ status, kind, rows, error_count: count, all_or_nothing: allOrNothing }) {
  if (status === "queued") return "It is queued.";
  if (status === "processing") return "It is being read ...";
  if (status === "failed" && allOrNothing) return `No rows were accepted, because of ${counted(count, "error")} and "all or nothing".`;
  if (status === "failed") return `It could not be read to its end; ${counted(rows.accepted, "row")} before that ${rows.accepted === 1 ? "was" : "were"} accepted.`;
  if (rows.refused) return `${counted(rows.accepted, "row")} of ${number(rows.checked)} accepted; the others have errors.`;
  return rows.checked ? `All ${number(rows.checked)} ${kind} were accepted.` : "It has no rows.";
}

function errors({ errors: all, error_count: count }) {
  return element("section", {},
    element("h3", {}, counted(count, "error")),
    count > all.length && element("p", { class: "hint" }, `The first ${number(all.length)} of ${number(count)} are listed.`),
    table("Errors by line", [
      ["Line", ({ line }) => number(line), "n left"],
      ["Field", ({ field }) => (field ? element("code", {}, field) : "the line")],
      ["Error", ({ message }) => message, "long"],
    ], all));
}

const catalogue = (kind) => `/_mock/ui/catalogue?${new URLSearchParams({ tenant_id: tenantId, list: kind })}`;
