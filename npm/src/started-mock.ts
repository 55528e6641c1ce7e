// Starts one mock for a whole test run.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pythonOf } from "./command/environment.js";

const OPTIONS = ["--end-with-stdin", "--port", "0", "--clock", "virtual", "--ingest-delay", "0", "--quiet"];
const START_SECONDS = 60;

export type StartedMock = { url: string; stop: () => void };

/** Starts a mock that ends with this process. Only tests move its clock, and accepted data is visible at once. */
export async function startMock(options: string[] = []): Promise<StartedMock> {
  const python = await pythonOf((text) => console.error(`lehnz-mock: ${text} ...`));
  const folder = mkdtempSync(join(tmpdir(), "lehnz-mock-"));
  const keys = join(folder, "keys.json");
  const command = ["-P", "-m", "mock_server", ...OPTIONS, "--keys-out", keys, ...options];
  // The mock stops when its standard input closes: a pipe that this process holds, even if it is killed.
  const mock = spawn(python, command, { stdio: ["pipe", "ignore", "pipe"] });
  let output = "";
  mock.stderr.setEncoding("utf8").on("data", (text: string) => (output = (output + text).slice(-2_000)));
  const stop = (): void => {
    mock.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", stop);
  const url = await addressIn(keys, mock);
  if (!url) throw new Error(`the mock did not start: ${output.trim()}`);
  mock.unref(); // so that a finished test runner can exit
  for (const pipe of [mock.stdin, mock.stderr] as Socket[]) pipe.unref();
  return { url, stop };
}

async function addressIn(keys: string, mock: ChildProcess): Promise<string | undefined> {
  for (let waited = 0; waited < START_SECONDS * 1000 && mock.exitCode === null; waited += 20) {
    try {
      return (JSON.parse(readFileSync(keys, "utf8")) as { url: string }).url;
    } catch {
      await pause(20); // the file is written when the mock answers
    }
  }
  return undefined;
}
