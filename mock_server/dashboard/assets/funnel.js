/** Funnel: shows what the served lists led to, by strategy, as bars and as a table. */
import { below, read } from "./calls.js";
import { drawn, element, nothing, wideTable } from "./dom.js";
import { watch } from "./live.js";
import { tenantId } from "./page.js";
import { counted, number, percent } from "./words.js";

const at = (id) => document.getElementById(id);
const EVERY_SECONDS = 2;
const STEPS = [["impressions", "items shown"], ["clicks", "clicks"], ["conversions", "conversions"], ["purchases", "purchases"]];

watch(at("funnel"), EVERY_SECONDS, () => read(below(tenantId, "funnel")), ({ strategies, forgotten }) => {
  if (!strategies.length) return nothing("Nothing was recommended yet.");
  const most = Math.max(...strategies.map((each) => each.impressions));
  return [
    element("div", { class: "cards thirds" }, strategies.map((each) => card(each, most))),
    element("section", { class: "card" }, element("h2", {}, "As a table"), asTable(strategies),
      forgotten > 0 && element("p", { class: "hint" }, `${counted(forgotten, "list")} so old that events with their ids no longer count.`)),
  ];
});

/** Draw bars on one scale for all strategies; a count above 0 is always visible. */
function card(funnel, most) {
  return element("section", { class: "card" },
    element("div", { class: "head" }, element("h2", {}, funnel.strategy), element("span", { class: "hint" }, counted(funnel.recommendations, "list"))),
    element("dl", { class: "bars" }, STEPS.map(([name, words], index) => element("div", {},
      element("dt", {}, words),
      element("dd", {},
        drawn("svg", { class: `bar series-${index + 1}`, viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
          drawn("rect", { height: 10, width: funnel[name] ? Math.max(1, (100 * funnel[name]) / most) : 0 })),
        element("span", { class: "n" }, number(funnel[name])))))),
    element("p", { class: "hint" }, `${percent(funnel.clicks, funnel.impressions)} of what was shown was clicked.`));
}

const asTable = (strategies) => wideTable("Results of each strategy", [
  ["Strategy", (each) => each.strategy],
  ["Lists", (each) => number(each.recommendations), "n"],
  ["Items shown", (each) => number(each.impressions), "n"],
  ["Engagements", (each) => number(each.engagements), "n"],
  ["Clicks", (each) => number(each.clicks), "n"],
  ["Conversions", (each) => number(each.conversions), "n"],
  ["Purchases", (each) => number(each.purchases), "n"],
  ["Revenue", (each) => number(each.revenue), "n"],
  ["Not in the list", (each) => number(each.off_list), "n"],
], strategies);
