// Converts a Postman collection to a Bruno one with Bruno's own importer: node bruno.cjs COLLECTION.json FOLDER
const { readFileSync, mkdirSync } = require("node:fs");
const { createCollectionFromBrunoObject } = require("@usebruno/cli/src/utils/collection");
const { postmanToBruno } = require("@usebruno/converters");

const [source, folder] = process.argv.slice(2);
postmanToBruno(JSON.parse(readFileSync(source, "utf8"))).then(({ collection, issues }) => {
  if (issues?.length) throw new Error(JSON.stringify(issues));
  mkdirSync(folder, { recursive: true });
  return createCollectionFromBrunoObject(collection, folder, { format: "bru" });
});
