#!/usr/bin/env node
// lehnz-mock [options]: the mock's own options and exit codes, in a Python environment that the first run creates.
import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { pythonOf, SetupError } from "./environment.js";
import { Progress } from "./progress.js";

const END_WITH_STDIN = "--end-with-stdin";
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const TERMINAL_GRACE_MS = 1000;
const PARENT_CHECK_MS = 500;
const PARENT = process.ppid;

const progress = new Progress(process.stderr);
try {
  const python = await pythonOf((text) => progress.start(text));
  progress.end();
  runMock(python);
} catch (error) {
  progress.end();
  if (!(error instanceof SetupError)) throw error;
  console.error(`lehnz-mock: ${error.message}`);
  process.exitCode = error.exitCode;
}

function runMock(python: string): void {
  // -P: so that a folder `fixtures` or `load` of the project is not imported instead of the mock's own.
  const options = ["-P", "-m", "mock_server", END_WITH_STDIN, ...process.argv.slice(2)];
  // The mock stops when its standard input closes: a pipe that this process holds, even if it is killed.
  const stdin = userEndsWithStdin() ? "inherit" : "pipe";
  const mock = spawn(python, options, { stdio: [stdin, "inherit", "inherit"] });
  if (process.env.npm_lifecycle_event === "npx") endWithParent(mock);
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      // Ctrl+C reaches the mock from the terminal; passing it on would be a second one, which means "don't wait".
      const fromTerminal = signal === "SIGINT" && process.stdin.isTTY;
      if (!fromTerminal) mock.kill(signal);
      else setTimeout(() => mock.exitCode === null && mock.kill(signal), TERMINAL_GRACE_MS).unref();
    });
  }
  mock.on("error", (error) => {
    console.error(`lehnz-mock: ${error.message}`);
    process.exitCode = 1;
  });
  mock.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal ?? "SIGTERM"] ?? 0);
    for (const each of SIGNALS) process.removeAllListeners(each);
  });
}

function userEndsWithStdin(): boolean {
  return process.argv.includes(END_WITH_STDIN) || (process.env.LEHNZ_MOCK_END_WITH_STDIN ?? "0") !== "0";
}

/** npx passes SIGTERM on to the shell between it and this process, which ends without passing it on. */
function endWithParent(mock: ChildProcess): void {
  const timer = setInterval(() => {
    if (process.ppid === PARENT) return;
    clearInterval(timer);
    mock.kill("SIGTERM");
  }, PARENT_CHECK_MS).unref();
}
