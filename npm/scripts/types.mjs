// Writes src/types.ts from openapi.yaml, and src/control-types.ts from the mock's description of /_mock (on stdin).
//
//   python -m tests.support.control_document | node scripts/types.mjs      (`make types` does this)
//
// With --check nothing is written; exit code 1 means that a file is out of date.
import { readFileSync, writeFileSync } from "node:fs";
import { json } from "node:stream/consumers";
import openapiTS, { astToString } from "openapi-typescript";
import { parse } from "yaml";

const HEADER = "// Made by `make types`, not by hand.\n";
const FIXTURE_SCHEMAS = ["NewFault", "Wanted", "Verified"]; // control plane schemas that the test fixtures use
const DESCRIBED = {
  // fields of an event that openapi.yaml describes in words only
  session_id: "Groups events into sessions.",
  event_timestamp: "ISO 8601: when it happened; else on arrival.",
};
const check = process.argv.includes("--check");
const api = documentedPart(parse(readFileSync(new URL("../../openapi.yaml", import.meta.url), "utf8"), { merge: true }));
const control = await json(process.stdin);

const types = [
  HEADER,
  "// The documented lehnz API. Closed: a field that is not documented does not compile.\n",
  await typescript(api),
  `/** The events of the documentation, and the family that each belongs to. */\n`,
  `export const standardEvents = ${JSON.stringify(standardEvents(api), null, 4)} as const;\n`,
];
const fixtureTypes = [HEADER, await typescript({ ...control, paths: {}, components: { schemas: schemasOf(control) } })];
const stale = [put("types.ts", types), put("control-types.ts", fixtureTypes)].filter(Boolean);
if (stale.length > 0) {
  console.error(`${stale.join(", ")} in npm/src: not what openapi.yaml and the mock say today; run \`make types\``);
  process.exitCode = 1;
}

/** Writes the file. With --check it only compares, and returns the file's name if it differs. */
function put(name, parts) {
  const path = new URL(`../src/${name}`, import.meta.url);
  const text = parts.join("\n");
  if (!check) writeFileSync(path, text);
  else if (readOrEmpty(path) !== text) return name;
}

function readOrEmpty(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

async function typescript(document) {
  const options = { defaultNonNullable: false, rootTypes: true, rootTypesNoSchemaPrefix: true, silent: true };
  const text = astToString(await openapiTS(document, options));
  return text.replaceAll(/^export type .* = components\['(?!schemas)\w+'\].*\n/gm, ""); // keep types of schemas only
}

/** Removes what lehnz doesn't document (accounts), and closes every object whose properties are listed. */
function documentedPart(document) {
  const paths = {};
  for (const [path, item] of Object.entries(document.paths)) {
    const methods = Object.entries(item).filter(([, operation]) => !operation.tags?.includes("Accounts"));
    if (methods.some(([, operation]) => operation.operationId)) paths[path] = Object.fromEntries(methods);
  }
  const whole = closed({ ...document, paths });
  for (const [name, description] of Object.entries(DESCRIBED)) {
    whole.components.schemas.Event.properties[name] ??= { type: "string", description };
  }
  const components = {};
  for (const [kind, name] of reachable(whole)) (components[kind] ??= {})[name] = whole.components[kind][name];
  return { openapi: whole.openapi, info: whole.info, paths: whole.paths, components };
}

/** Closes the objects. Conditions are removed: they are rules between fields, which only the server checks. */
function closed(node) {
  if (Array.isArray(node)) return node.map(closed);
  if (node === null || typeof node !== "object") return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  if (copy.properties && !Array.isArray(copy.properties)) {
    if (copy.additionalProperties === true) delete copy.additionalProperties;
    for (const key of ["if", "then", "else"]) delete copy[key];
    if (Array.isArray(copy.allOf) && copy.allOf.every((part) => part.if ?? Object.keys(part).length === 0)) delete copy.allOf;
  }
  return copy;
}

/** Returns the components that the paths refer to, directly or through other components, in the file's order. */
function reachable(document) {
  const found = new Set();
  const visit = (node) => {
    if (node === null || typeof node !== "object") return;
    const [, kind, name] = /^#\/components\/(\w+)\/(.+)$/.exec(node.$ref ?? "") ?? [];
    if (name && !found.has(`${kind}/${name}`)) {
      found.add(`${kind}/${name}`);
      visit(document.components[kind][name]);
    }
    Object.values(node).forEach(visit);
  };
  visit(document.paths);
  return Object.entries(document.components).flatMap(([kind, members]) =>
    Object.keys(members).filter((name) => found.has(`${kind}/${name}`)).map((name) => [kind, name]),
  );
}

function schemasOf({ components }) {
  const wanted = { paths: FIXTURE_SCHEMAS.map((name) => ({ $ref: `#/components/schemas/${name}` })), components };
  return Object.fromEntries(reachable(wanted).map(([, name]) => [name, components.schemas[name]]));
}

function standardEvents(document) {
  const values = document.components.schemas.StandardEventName.oneOf;
  return Object.fromEntries(values.map((value) => [value.const, value["x-family"]]));
}
