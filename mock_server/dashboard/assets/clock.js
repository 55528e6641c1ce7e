/** Clock: shows the mock's time, and moves it. */
import { below, change, read } from "./calls.js";
import { act, repeat } from "./live.js";
import { duration, moment, number } from "./words.js";

const ASKED_SECONDS = 2;
const DRAWN_MS = 100;
const at = (id) => document.getElementById(id);
let known = null; // {now: ms, scale, asked: ms of the browser}

refresh();
repeat(ASKED_SECONDS, refresh);
setInterval(draw, DRAWN_MS);

async function refresh() {
  try {
    showClock(await read("/clock", { tenant_id: at("whose").value }));
    await showWindow();
    at("clock-failure").hidden = true;
  } catch (error) {
    at("clock-failure").textContent = error.message;
    at("clock-failure").hidden = false;
  }
}

function showClock(clock) {
  const first = known === null;
  known = { now: Date.parse(clock.now), scale: clock.scale, asked: performance.now() };
  at("kind").textContent = clock.virtual ? "virtual" : "real";
  at("pace").textContent = pace(clock.scale);
  for (const button of document.querySelectorAll("[data-scale]")) button.setAttribute("aria-pressed", String(Number(button.dataset.scale) === clock.scale));
  if (first) at("moment").value = clock.now.slice(0, 19);
  draw();
}

const pace = (scale) => (scale === 0 ? "It stands still until it is moved." : scale === 1 ? "It runs at the speed of your clock." : `${number(scale)} seconds pass in one second of your clock.`);

/** Show the time; between two responses it is computed at the mock's own pace. */
function draw() {
  if (known === null) return;
  const text = moment(new Date(known.now + (performance.now() - known.asked) * known.scale).toISOString());
  if (at("now").textContent !== text) at("now").textContent = text;
}

async function showWindow() {
  const tenantId = at("reset-of").value;
  if (!tenantId) return;
  const { limit, remaining, reset, enforced } = await read(below(tenantId, "rate-limit"));
  at("window").textContent = enforced
    ? `${number(remaining)} of ${number(limit)} requests left; the window ends in ${duration(reset)}.`
    : "Its rate limit is not enforced.";
}

const alone = () => (at("whose").value ? { tenant_id: at("whose").value } : {});
const move = (button, path, body) => act(button, () => change("POST", `/clock/${path}`, body), (clock) => `It is ${moment(clock.now)}`).then(refresh);

at("steps").addEventListener("click", ({ target }) => {
  if (target.dataset.seconds) move(target, "advance", { seconds: Number(target.dataset.seconds), ...alone() });
});
at("scales").addEventListener("click", ({ target }) => {
  if (target.dataset.scale) move(target, "scale", { scale: Number(target.dataset.scale) });
});
for (const id of ["reset-of", "whose"]) at(id).addEventListener("change", refresh);

onSubmit("advance", (button) => move(button, "advance", { seconds: at("seconds").valueAsNumber, ...alone() }));
onSubmit("to-reset", (button) => move(button, "advance", { to_reset_of: at("reset-of").value, ...alone() }));
onSubmit("scale", (button) => move(button, "scale", { scale: at("factor").valueAsNumber }));
onSubmit("set", (button) => move(button, "set", { now: `${at("moment").value}Z` }));

function onSubmit(id, action) {
  at(id).addEventListener("submit", (event) => {
    event.preventDefault();
    action(event.submitter);
  });
}
