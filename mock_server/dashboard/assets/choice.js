/** A list and, beside it, the detail of the selected row. The selection is in the page's URL, so that links to it can be
    shared and the Back button works. On a narrow page the detail replaces the list. */
import { element } from "./dom.js";

/** Connect a list and its detail. `names` are query parameters, one of which is set at a time; `draw(name, value, body)`
    fills the detail for it, and `empty()` is shown while none is set. Returns `link(name, value, ...text)` for the
    list's rows, and `mark`, which marks the selected row; call it after the list was rendered. */
export function choice(split, detail, names, draw, empty) {
  const chosen = () => {
    const parameters = new URLSearchParams(location.search);
    return names.map((name) => [name, parameters.get(name)]).find(([, value]) => value) ?? [];
  };

  function address(name, value) {
    const parameters = new URLSearchParams(location.search);
    for (const each of names) parameters.delete(each);
    if (name) parameters.set(name, value);
    return `?${parameters}`;
  }

  function link(name, value, ...text) {
    const follow = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // the browser opens a new tab
      event.preventDefault();
      history.pushState(null, "", address(name, value));
      open();
      detail.focus({ preventScroll: true });
      if (getComputedStyle(detail).position !== "sticky") detail.scrollIntoView();
    };
    return element("a", { href: address(name, value), "data-choice": `${name} ${value}`, click: follow }, text);
  }

  function open() {
    const [name, value] = chosen();
    split.classList.toggle("chosen", Boolean(name));
    mark();
    if (!name) return detail.replaceChildren(empty());
    const body = element("div", { class: "live tall", "aria-busy": "true" });
    detail.replaceChildren(element("button", { type: "button", class: "back", click: leave }, "Back to the list"), body);
    detail.scrollTop = 0;
    return draw(name, value, body);
  }

  function leave() {
    const left = chosen().join(" ");
    history.pushState(null, "", address());
    open();
    links().find((each) => each.dataset.choice === left)?.focus();
  }

  const links = () => [...split.querySelectorAll("[data-choice]")];

  function mark() {
    const wanted = chosen().join(" ");
    for (const each of links()) {
      if (each.dataset.choice === wanted) each.setAttribute("aria-current", "true");
      else each.removeAttribute("aria-current");
    }
  }

  addEventListener("popstate", open);
  queueMicrotask(open); // later, because `draw` may use what the calling module defines below
  return { link, mark };
}
