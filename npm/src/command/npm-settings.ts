// npm's network settings (proxy, certificates) for the tools that install Python packages.
import { spawnSync } from "node:child_process";

type Settings = { [name: string]: unknown };

/** Returns variables for uv and pip; those that the user has set are kept. Called once, to create the environment. */
export function installerSettings(environment: NodeJS.ProcessEnv = process.env, npm = npmSettings()): NodeJS.ProcessEnv {
  const wanted = {
    HTTPS_PROXY: npm["https-proxy"] ?? npm.proxy,
    HTTP_PROXY: npm.proxy,
    NO_PROXY: Array.isArray(npm.noproxy) ? npm.noproxy.join(",") : npm.noproxy,
    PIP_CERT: npm.cafile,
    SSL_CERT_FILE: npm.cafile,
  };
  const usable = Object.entries(wanted).filter(
    ([name, value]) => typeof value === "string" && value && !environment[name] && !environment[name.toLowerCase()],
  );
  return Object.fromEntries(usable) as NodeJS.ProcessEnv;
}

let known: Settings | undefined;

function npmSettings(): Settings {
  if (known) return known;
  const windows = process.platform === "win32"; // npm is a script there, and needs a shell
  const { stdout } = spawnSync("npm", ["config", "list", "--json"], { encoding: "utf8", shell: windows, timeout: 20_000 });
  try {
    known = JSON.parse(stdout) as Settings;
  } catch {
    known = {}; // no npm here: pnpm, yarn, bun
  }
  return known;
}
