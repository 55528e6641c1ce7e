// Controls the mock for one test: every call affects one organisation, so that tests don't affect each other.
import type { NewFault, Verified, Wanted } from "./control-types.js";

export type Fault = Omit<NewFault, "tenant_id">;
export type Expected = Omit<Wanted, "tenant_id" | "after" | "wait_seconds">;
export type Organisation = { tenant_id: string; publishable_key: string; secret_key: string };

const TTL_SECONDS = 6 * 3600; // organisations of a killed run are removed after this time
const VERIFY_SECONDS = 5; // how long `verify` waits for the request

type Body = { readonly [field: string]: unknown };

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Returns the `data` of a call under /_mock. Sends LEHNZ_CONTROL_TOKEN if the mock requires a token. */
export async function control<T>(url: string, method: "GET" | "POST" | "DELETE", path: string, body?: Body): Promise<T> {
  const token = process.env.LEHNZ_CONTROL_TOKEN;
  const headers = {
    "X-Mock-Control": "1",
    ...(body && { "Content-Type": "application/json" }),
    ...(token && { Authorization: `Bearer ${token}` }),
  };
  const response = await fetch(`${url}/_mock${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const { data, message } = await response.json().catch(() => ({}));
  if (response.ok) return data as T;
  const said = message ? `${message.replace(/\.$/, "")}` : `status ${response.status}`;
  throw new Refusal(response.status, `the mock refused ${method} ${path}: ${said}`);
}

/** Creates an organisation with the seeded shop. Throws one line with the command to run if no mock fits. */
export async function newOrganisation(url: string): Promise<Organisation> {
  await requireStandingClock(url);
  return control(url, "POST", "/organisations", { seeded: true, ttl_seconds: TTL_SECONDS });
}

/** Requires a virtual clock, because tests and mock must show the same time. */
async function requireStandingClock(url: string): Promise<void> {
  const start = `start one with --port ${new URL(url).port} --clock virtual`;
  const clock = await control<{ scale: number }>(url, "GET", "/clock").catch((error: unknown) => {
    if (error instanceof Refusal && error.status !== 404) throw error;
    throw new Error(`no lehnz mock answers on ${url}: ${start}`, { cause: error });
  });
  if (clock.scale === 0) return;
  throw new Error(`the clock of the mock on ${url} runs: stop that mock, or start it with --clock virtual`);
}

export class MockControl {
  readonly url: string;
  readonly organisation: Organisation;
  #since = 0; // id of the last exchange before this test

  constructor(url: string, organisation: Organisation) {
    this.url = url;
    this.organisation = organisation;
  }

  /** Resets to the seeded shop (or an empty one): full quota, no faults, no recorded requests. */
  async reset(to: "seeded" | "empty" = "seeded"): Promise<void> {
    await this.call("POST", "/reset", { ...this.tenant, to });
    this.#since = (await this.call<{ last_id: number }>("GET", "/journal?limit=1")).last_id;
  }

  /** Resolves when all accepted data is visible; needed only with --ingest-delay. */
  async flush(): Promise<void> {
    await this.call("POST", "/flush", this.tenant);
  }

  /** Uses up the quota: 429 for this many seconds, or until the window ends. */
  async exhaust(seconds?: number): Promise<void> {
    const path = `/organisations/${this.organisation.tenant_id}/rate-limit/exhaust`;
    await this.call("POST", path, seconds === undefined ? {} : { seconds });
  }

  /** Moves the mock's clock by a number of seconds, or to the end of the rate limit window. Returns the seconds. */
  async advance(by: number | "to the reset"): Promise<number> {
    const seconds = by === "to the reset" ? await this.#secondsToReset() : by;
    await this.call("POST", "/clock/advance", { ...this.tenant, seconds });
    return seconds;
  }

  /** Sets a fault for this organisation until `mend` or a reset: `{ kind: "status", status: 500 }`. */
  async fault(fault: Fault): Promise<{ mend: () => Promise<void> }> {
    const { fault_id } = await this.call<{ fault_id: string }>("POST", "/faults", { ...fault, ...this.tenant });
    return { mend: () => this.call("DELETE", `/faults/${fault_id}`) };
  }

  /** Checks that such requests were sent since the last reset. Waits up to 5 seconds, then throws with the closest. */
  async verify(expected: Expected): Promise<void> {
    const body = { ...expected, ...this.tenant, after: this.#since, wait_seconds: VERIFY_SECONDS };
    const found = await this.call<Verified>("POST", "/journal/verify", body);
    if (!found.verified) throw new Error(unverified(expected, found));
  }

  /** Returns the lint's findings since the last reset: requests sent before Retry-After was over, sent twice, ... */
  async lint(): Promise<string[]> {
    const query = `tenant_id=${this.organisation.tenant_id}&after=${this.#since}&limit=1000`;
    const { exchanges } = await this.call<{ exchanges: { lint: { id: string; message: string }[] }[] }>("GET", `/journal?${query}`);
    return exchanges.flatMap(({ lint }) => lint).map(({ id, message }) => `${id}: ${message}`);
  }

  /** Removes the organisation. Without this call it is removed after six hours. */
  async remove(): Promise<void> {
    await this.call("DELETE", `/organisations/${this.organisation.tenant_id}`);
  }

  protected get tenant(): { tenant_id: string } {
    return { tenant_id: this.organisation.tenant_id };
  }

  protected call<T>(method: "GET" | "POST" | "DELETE", path: string, body?: Body): Promise<T> {
    return control(this.url, method, path, body);
  }

  async #secondsToReset(): Promise<number> {
    return (await this.call<{ reset: number }>("GET", `/organisations/${this.organisation.tenant_id}/rate-limit`)).reset;
  }
}

function unverified(expected: Expected, { count, nearest, dropped }: Verified): string {
  const misses = nearest.flatMap(({ id, differences }) =>
    differences.map(({ field, expected, actual }) => `  #${id} ${field}: ${shown(actual)}, not ${shown(expected)}`),
  );
  const gone = dropped ? [`  ${dropped} requests are no longer in the journal`] : [];
  return [`${count} requests matched ${shown(expected)}`, ...misses, ...gone].join("\n");
}

const shown = (value: unknown): string => JSON.stringify(value) ?? "nothing";
