/** A list and, beside it, the detail of what is chosen in it. The choice stands in the page's address, so that a link
    to it can be shared and Back works; where the page is narrow, the detail takes the place of the list. */
import { element } from "./dom.js";
import { show } from "./live.js";

/** `draw(name, value, detail)` fills the detail for one of `names` (query parameters, of which one is set at a time).
    Links in the list are made by `link`. */
export function choice(split, detail, names, draw, empty) {
  const current = () => names.map((name) => [name, new URLSearchParams(location.search).get(name)]).find(([, value]) => value);

  function address(name, value) {
    const parameters = new URLSearchParams(location.search);
    for (const each of names) parameters.delete(each);
    if (name) parameters.set(name, value);
    return `?${parameters}`;
  }

  function link(name, value, ...text) {
    const chosen = current();
    return element("a", {
      href: address(name, value),
      "data-choice": `${name} ${value}`,
      "aria-current": chosen?.[0] === name && chosen[1] === String(value) && "true",
      click: (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        history.pushState(null, "", address(name, value));
        follow(true);
      },
    }, text);
  }

  async function follow(focus) {
    const chosen = current();
    split.classList.toggle("chosen", Boolean(chosen));
    mark(chosen);
    if (!chosen) return detail.replaceChildren(empty());
    const body = element("div", { class: "live tall", "aria-busy": "true" });
    detail.replaceChildren(element("button", { type: "button", class: "back", click: leave }, "Back to the list"), body);
    if (focus) detail.focus({ preventScroll: matchMedia("(min-width: 70rem)").matches });
    return draw(chosen[0], chosen[1], body);
  }

  function leave() {
    const chosen = current();
    history.pushState(null, "", address());
    follow(false);
    if (chosen) [...split.querySelectorAll("[data-choice]")].find((each) => each.dataset.choice === chosen.join(" "))?.focus();
  }

  function mark(chosen) {
    for (const each of split.querySelectorAll("[data-choice]")) {
      if (chosen && each.dataset.choice === chosen.join(" ")) each.setAttribute("aria-current", "true");
      else each.removeAttribute("aria-current");
    }
  }

  addEventListener("popstate", () => follow(false));
  follow(false);
  return { link, follow };
}

/** Fill a detail by a fetch. */
export const drawn = (load, render) => (body) => show(body, load, render);
