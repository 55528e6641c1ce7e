// npm's network settings (proxy, certificates) for the tools that install Python packages.
import { spawnSync } from "node:child_process";

type Settings = { [name: string]: unknown };

/** Returns variables for uv and pip; those that the user has set are kept. Called once, to create the environment. */
export function installerSettings(environment: NodeJS.ProcessEnv = process.env, npm = npmSettings()): NodeJS.ProcessEnv {
  // npm passes its settings on to what it runs. `npm config list` leaves out a proxy with a password.
  const setting = (name: string): unknown => environment[`npm_config_${name.replace("-", "_")}`] || npm[name];
  const wanted = {
    HTTPS_PROXY: setting("https-proxy") ?? setting("proxy"),
    HTTP_PROXY: setting("proxy"),
    NO_PROXY: [setting("noproxy")].flat().join().split(/[\s,]+/).join(),
    PIP_CERT: setting("cafile"),
    SSL_CERT_FILE: setting("cafile"),
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
