// The Python environment that the mock runs in: one per version of this package, in the user's cache.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { installerSettings } from "./npm-settings.js";
import { findMaker, type Maker, NOTHING_FOUND } from "./python.js";

const CONTENTS = fileURLToPath(new URL("../../python/", import.meta.url)); // the wheel and its lock
const LOCK = join(CONTENTS, "requirements.lock");
const USED = "last-used"; // this file's presence means that the environment is complete
const KEEP_DAYS = 30; // another project may pin an older version
const KEEP_PARTIAL_DAYS = 1;

/** An error that is shown in one line, without a stack trace. */
export class SetupError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Returns the path of the environment's Python. The first call creates it; `progress` gets each step's description. */
export async function pythonOf(progress: (text: string) => void): Promise<string> {
  const cache = cacheFolder();
  const folder = join(cache, nameOfThisVersion());
  if (!isComplete(folder)) await make(cache, folder, progress);
  touch(folder);
  return pythonIn(folder);
}

export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.LEHNZ_CACHE) return resolve(environment.LEHNZ_CACHE);
  if (environment.XDG_CACHE_HOME) return join(environment.XDG_CACHE_HOME, "lehnz-mock");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "lehnz-mock");
  if (process.platform === "win32") return join(environment.LOCALAPPDATA ?? homedir(), "lehnz-mock", "Cache");
  return join(homedir(), ".cache", "lehnz-mock");
}

async function make(cache: string, folder: string, progress: (text: string) => void): Promise<void> {
  const maker = findMaker();
  if (!maker) throw new SetupError(NOTHING_FOUND, 2);
  const partial = `${folder}.partial-${process.pid}`; // so that two first runs at once don't collide
  try {
    mkdirSync(cache, { recursive: true });
    removeOld(cache);
    progress(`setting up Python with ${maker.kind} in ${cache} (once for this version)`);
    for (const [program = "", ...args] of commands(maker, partial)) await run(program, args, cache);
    writeFileSync(join(partial, USED), "");
    rmSync(folder, { recursive: true, force: true }); // its Python was removed, or another first run was faster
    renameSync(partial, folder);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (isComplete(folder)) return;
    throw error instanceof SetupError ? error : new SetupError(String((error as Error).message), 1);
  }
}

function commands(maker: Maker, folder: string): string[][] {
  const python = pythonIn(folder);
  const wheel = join(CONTENTS, wheelName());
  if (maker.kind === "uv") {
    const install = [...maker.program, "pip", "install", "--quiet", "--compile-bytecode", "--python", python];
    return [
      [...maker.program, "venv", "--quiet", "--no-project", "--python", ">=3.11", folder],
      [...install, "--require-hashes", "--requirement", LOCK],
      [...install, "--no-deps", wheel],
    ];
  }
  const install = [python, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"];
  return [
    [...maker.program, "-m", "venv", folder],
    [...install, "--require-hashes", "--requirement", LOCK],
    [...install, "--no-deps", wheel],
  ];
}

/** Runs a command; its last line becomes the error. Not run in the user's project: uv would read its pyproject.toml. */
function run(program: string, args: string[], cwd: string): Promise<void> {
  const env = { ...process.env, ...installerSettings() };
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env, cwd });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => lines.push(...text.split("\n").filter((line) => line.trim())));
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new SetupError(`could not set up its Python: ${(lines.at(-1) ?? `${program} failed`).trim()}`, 1));
    });
  });
}

function removeOld(cache: string): void {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    const days = name.includes(".partial-") ? KEEP_PARTIAL_DAYS : KEEP_DAYS;
    const used = existsSync(join(path, USED)) ? join(path, USED) : path;
    if (Date.now() - statSync(used).mtimeMs > days * 86_400_000) rmSync(path, { recursive: true, force: true });
  }
}

function nameOfThisVersion(): string {
  const hash = createHash("sha256");
  for (const file of [LOCK, join(CONTENTS, wheelName())]) hash.update(readFileSync(file));
  return `${wheelName().split("-")[1]}-${hash.digest("hex").slice(0, 12)}`;
}

function wheelName(): string {
  const wheel = existsSync(CONTENTS) && readdirSync(CONTENTS).find((name) => name.endsWith(".whl"));
  if (!wheel) throw new SetupError("this copy of the package contains no wheel: build it with `make npm`", 1);
  return wheel;
}

function isComplete(folder: string): boolean {
  return existsSync(join(folder, USED)) && existsSync(pythonIn(folder)); // false for a link to a Python that was removed
}

function touch(folder: string): void {
  const now = new Date();
  try {
    utimesSync(join(folder, USED), now, now);
  } catch {
    // a read-only cache, e.g. in a container
  }
}

function pythonIn(folder: string): string {
  return process.platform === "win32" ? join(folder, "Scripts", "python.exe") : join(folder, "bin", "python");
}
