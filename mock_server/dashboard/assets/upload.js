/** Upload: sends a file, shows its progress, and lists its errors by line. */
import { enter, inside } from "./account.js";
import { ask, of } from "./account_calls.js";
import { CallFailed } from "./calls.js";
import { choice } from "./choice.js";
import { element, nothing, table } from "./dom.js";
import { show } from "./live.js";
import { tenantId } from "./page.js";
import { bar, refusal } from "./permission.js";
import { result, state } from "./upload_result.js";
import { moment, number } from "./words.js";

const SOON_MS = 150; // small files are finished by then
const EVERY_MS = 1000; // each poll counts as a request of the account
const at = (id) => document.getElementById(id);

let comeIn; // resolves when an account has entered the organisation
const isInside = new Promise((resolve) => { comeIn = resolve; });

const { link, mark } = choice(at("split"), at("detail"), ["id"], (_, id, body) => isInside.then(() => follow(id, body)),
  () => nothing("Choose an upload to see its totals and the errors by line."));

inside((own) => {
  bar(at("upload-fields"), at("upload-why"), refusal("startUpload", own.role));
  comeIn();
  return uploads();
});

// The list and the detail

const uploads = () => show(at("uploads"), () => ask("GET", of(tenantId, "uploads")), ({ uploads: all }) => (all.length ? table("Uploads, newest first", [
  ["File", (each) => [link("id", each.upload_id, each.file_name || "without a name"), element("div", { class: "hint" }, `${each.kind}, ${moment(each.created_at)}`)], "long"],
  ["Taken", (each) => number(each.rows.accepted), "n"],
  ["Errors", (each) => number(each.error_count), "n"],
  ["Status", state],
], all) : nothing("No file was uploaded yet."))).then(mark);

/** Poll an upload until it is finished or another one is chosen. */
async function follow(id, body) {
  let upload;
  const draw = () => show(body, async () => { upload = await ask("GET", of(tenantId, "uploads", id)); return upload; }, result);
  await draw();
  for (let wait = SOON_MS; upload && !upload.finished_at; wait = EVERY_MS) {
    await new Promise((resolve) => { setTimeout(resolve, wait); });
    if (!body.isConnected) return;
    await draw();
  }
  uploads();
}

// Sending a file

const file = () => at("file").files[0];

at("file").addEventListener("change", () => {
  at("upload-error").textContent = "";
  if (file()) at("file-about").textContent = `${file().name}, ${size(file().size)}`;
});

const size = (bytes) => (bytes < 2 ** 20 ? `${number(Math.ceil(bytes / 2 ** 10))} KiB` : `${number(bytes / 2 ** 20)} MiB`);

for (const name of ["dragover", "dragleave", "drop"]) {
  at("drop").addEventListener(name, (event) => {
    event.preventDefault();
    at("drop").classList.toggle("over", name === "dragover" && !at("upload-fields").disabled);
    if (name === "drop" && !at("upload-fields").disabled) take(event.dataTransfer.files);
  });
}

function take(files) {
  if (files.length > 1) {
    at("upload-error").textContent = "One file at a time, please.";
  } else if (files.length === 1) {
    at("file").files = files;
    at("file").dispatchEvent(new Event("change"));
  }
}

at("upload").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.submitter;
  button.disabled = true;
  try {
    const { upload_id: id } = await send(file());
    at("upload-error").textContent = "";
    await uploads();
    link("id", id).click();
  } catch (error) {
    at("upload-error").textContent = error.status === 413 ? tooLarge(file()) : error.message;
    if (error.status === 403) await enter();
  } finally {
    button.disabled = false;
  }
});

async function send(chosen) {
  if (chosen.size > at("upload").dataset.maxBytes) throw new CallFailed(tooLarge(chosen), 413);
  const form = new FormData();
  form.append("file", chosen);
  const columns = at("columns").value.trim().replace(/^--columns\s+/, "").replace(/^'(.*)'$/, "$1"); // errors suggest it in this form
  return ask("POST", of(tenantId, "uploads"), form, { kind: at("kind").value, all_or_nothing: at("all_or_nothing").checked, ...(columns && { columns }) });
}

const tooLarge = ({ name, size: bytes }) => `${name} has ${size(bytes)}. An upload, with the few lines around the file, may have ${size(Number(at("upload").dataset.maxBytes))}: split the file.`;

at("kind").addEventListener("change", () => {
  for (const about of document.querySelectorAll("[data-about]")) about.hidden = about.dataset.about !== at("kind").value;
});
