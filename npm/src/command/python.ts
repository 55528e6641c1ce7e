// Finds the tool that creates the environment: uv if it is installed, otherwise a recent enough Python with venv.
import { spawnSync } from "node:child_process";

export type Maker = { kind: "uv"; program: string[] } | { kind: "venv"; program: string[] };

const VERSIONS = [14, 13, 12, 11];
const IS_GOOD = "import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))";
export const NOTHING_FOUND =
  "needs uv, or Python 3.11 or newer with venv: install one of them " +
  "(https://docs.astral.sh/uv; Debian and Ubuntu: apt-get install python3 python3-venv)";

/** Returns undefined if neither is installed. LEHNZ_PYTHON names a Python to use instead. */
export function findMaker(environment: NodeJS.ProcessEnv = process.env): Maker | undefined {
  const named = environment.LEHNZ_PYTHON;
  if (!named && succeeds(["uv"], ["--version"])) return { kind: "uv", program: ["uv"] };
  const program = (named ? [[named]] : candidates()).find((each) => succeeds(each, ["-c", IS_GOOD]));
  return program && { kind: "venv", program };
}

function candidates(): string[][] {
  const numbered = VERSIONS.map((minor) => [`python3.${minor}`]);
  const launcher = process.platform === "win32" ? [["py", "-3"]] : [];
  return [["python3"], ...numbered, ["python"], ...launcher];
}

function succeeds([program = "", ...first]: string[], rest: string[]): boolean {
  return spawnSync(program, [...first, ...rest], { stdio: "ignore", timeout: 20_000 }).status === 0;
}
