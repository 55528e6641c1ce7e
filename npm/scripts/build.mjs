// Compiles src/ into dist/: all as ES modules, and as CommonJS the modules that Jest and older servers `require`.
import { execFileSync } from "node:child_process";
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);
const at = (path) => fileURLToPath(new URL(path, root));
const tsc = (...options) => execFileSync(process.execPath, [at("node_modules/typescript/bin/tsc"), ...options], { cwd: root, stdio: "inherit" });

rmSync(at("dist"), { recursive: true, force: true });
tsc();
tsc("--project", "tsconfig.cjs.json");
writeFileSync(at("dist/cjs/package.json"), '{ "type": "commonjs" }\n');
chmodSync(at("dist/command/main.js"), 0o755);
