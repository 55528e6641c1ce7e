/** Fills the parts of a page that are fetched, shows failures in them, and repeats the fetching. */
import { element } from "./dom.js";

const turns = new WeakMap();

/** Fill `region` with render(await load()). If that fails, show the failure there, with a button to try again. Drop the
    response if a later one was requested in the meantime. */
export async function show(region, load, render) {
  const turn = (turns.get(region) ?? 0) + 1;
  turns.set(region, turn);
  region.setAttribute("aria-busy", "true");
  let content;
  try {
    content = render(await load());
  } catch (error) {
    content = failure(error, () => show(region, load, render));
  }
  if (turns.get(region) !== turn) return;
  region.replaceChildren(...[content].flat().filter(Boolean));
  region.setAttribute("aria-busy", "false");
}

export function failure(error, again) {
  return element("div", { class: "failure", role: "alert" },
    element("div", {}, error.message),
    again && element("button", { type: "button", click: again }, "Try again"));
}

/** Call `task` again and again while the page is visible, `seconds` after the previous call has ended. */
export function repeat(seconds, task) {
  setTimeout(async () => {
    if (!document.hidden) await task();
    repeat(seconds, task);
  }, seconds * 1000);
}

/** Fill `region` like `show`, and again every `seconds` if the data has changed and the keyboard focus is elsewhere.
    Returns a function that does so at once. */
export function watch(region, seconds, load, render) {
  let shown = null;
  const draw = () => show(region, load, (data) => {
    shown = JSON.stringify(data);
    return render(data);
  });
  draw();
  repeat(seconds, async () => {
    const data = region.contains(document.activeElement) ? null : await load().catch(() => null);
    if (data !== null && JSON.stringify(data) !== shown) await draw();
  });
  return draw;
}

/** Show a message for some seconds, also to screen readers; a failure stays longer. */
export function notify(text, failed = false) {
  const note = element("p", { class: failed ? "failed" : null }, text);
  document.getElementById("notices").append(note);
  setTimeout(() => note.remove(), failed ? 12000 : 4000);
}

/** Run `action` with the button disabled, then show its result. */
export async function act(button, action, done) {
  button.disabled = true;
  try {
    const data = await action();
    if (done) notify(typeof done === "function" ? done(data) : done);
    return data;
  } catch (error) {
    notify(error.message, true);
    return undefined;
  } finally {
    button.disabled = false;
    if (document.activeElement === document.body) button.focus(); // a disabled button loses the focus
  }
}
