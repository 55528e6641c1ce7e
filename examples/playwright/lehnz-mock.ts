// Playwright fixtures for the lehnz mock. Copy this file into your tests, and:
//
//   import { expect, test } from "./lehnz-mock";
//   test("...", async ({ page, lehnz }) => { await lehnz.exhaust(); ... });
//
// Each worker gets an organisation of its own with the seeded shop, and each test starts from that shop. What a page
// sends with any publishable key goes to the worker's organisation, and the page's clock shows the mock's time.
import { type BrowserContext, test as base } from "@playwright/test";
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./lehnz-mock.schema";

export { expect } from "@playwright/test";

type Schemas = components["schemas"];
type Fault = Omit<Schemas["NewFault"], "tenant_id">;
type Expected = Omit<Schemas["Wanted"], "tenant_id" | "after" | "wait_seconds">;
export type Organisation = { tenant_id: string; publishable_key: string; secret_key: string };
export type LehnzOptions = { lehnzUrl: string };

const header = { "X-Mock-Control": "1" } as const; // of every call that changes something
const TTL_SECONDS = 6 * 3600; // what a killed run leaves behind is gone after this
const PATIENCE_SECONDS = 5; // how long `verify` waits for what the page has yet to send

export const test = base.extend<{ lehnz: LehnzMock }, LehnzOptions & { organisation: Organisation }>({
  lehnzUrl: ["http://127.0.0.1:4010", { scope: "worker", option: true }],

  organisation: [
    async ({ lehnzUrl }, use) => {
      const control = controlOf(lehnzUrl);
      await requireStandingClock(control, lehnzUrl);
      const body = { seeded: true, ttl_seconds: TTL_SECONDS };
      const organisation = await dataOf(control.POST("/_mock/organisations", { params: { header }, body }));
      await use(organisation);
      const params = { header, path: { tenant_id: organisation.tenant_id } };
      await dataOf(control.DELETE("/_mock/organisations/{tenant_id}", { params }));
    },
    { scope: "worker" },
  ],

  lehnz: [
    async ({ lehnzUrl, organisation }, use) => {
      const lehnz = new LehnzMock(lehnzUrl, organisation);
      await lehnz.reset();
      await use(lehnz);
    },
    { auto: true },
  ],

  context: async ({ context, lehnz }, use) => {
    await lehnz.attach(context);
    await use(context);
  },
});

/** The mock, as one test sees it: every call is about the worker's own organisation. */
export class LehnzMock {
  readonly #control: Client<paths>;
  readonly #tenant: { tenant_id: string };
  readonly #contexts = new Set<BrowserContext>();
  #since = 0; // id of the last exchange before this test

  constructor(
    readonly url: string,
    readonly organisation: Organisation,
  ) {
    this.#control = controlOf(url);
    this.#tenant = { tenant_id: organisation.tenant_id };
  }

  /** Back to the seeded shop (or an empty one): full quota, no faults, nothing to verify. Each test begins with it. */
  async reset(to: "seeded" | "empty" = "seeded"): Promise<void> {
    await dataOf(this.#control.POST("/_mock/reset", { params: { header }, body: { ...this.#tenant, to } }));
    const { last_id } = await dataOf(this.#control.GET("/_mock/journal", { params: { query: { limit: 1 } } }));
    this.#since = last_id;
  }

  /** Returns when all that was accepted is visible; needed only with an --ingest-delay. */
  async flush(): Promise<void> {
    await dataOf(this.#control.POST("/_mock/flush", { params: { header }, body: this.#tenant }));
  }

  /** Use up the quota: 429 for so long, or until the window ends. */
  async exhaust(seconds?: number): Promise<void> {
    const body = seconds === undefined ? {} : { seconds };
    const params = { header, path: this.#tenant };
    await dataOf(this.#control.POST("/_mock/organisations/{tenant_id}/rate-limit/exhaust", { params, body }));
  }

  /** Move the mock's clock and the pages' clocks: so many seconds, or to the end of the rate limit. */
  async advance(by: number | "to the reset"): Promise<void> {
    const seconds = by === "to the reset" ? await this.#secondsToReset() : by;
    const body = { ...this.#tenant, seconds };
    await dataOf(this.#control.POST("/_mock/clock/advance", { params: { header }, body }));
    for (const context of this.#contexts) await context.clock.fastForward(seconds * 1000);
  }

  /** Break something for this organisation until the test ends or `mend` is called: `{ kind: "status", status: 500 }`. */
  async fault(fault: Fault): Promise<{ mend: () => Promise<void> }> {
    const body = { ...fault, ...this.#tenant };
    const { fault_id } = await dataOf(this.#control.POST("/_mock/faults", { params: { header }, body }));
    const params = { header, path: { fault_id } };
    return { mend: async () => void (await dataOf(this.#control.DELETE("/_mock/faults/{fault_id}", { params }))) };
  }

  /** Was this sent since the test began? Waits a little for it; then fails with the requests that came nearest. */
  async verify(expected: Expected): Promise<void> {
    const body = { ...expected, ...this.#tenant, after: this.#since, wait_seconds: PATIENCE_SECONDS };
    const found = await dataOf(this.#control.POST("/_mock/journal/verify", { params: { header }, body }));
    if (!found.verified) throw new Error(unverified(expected, found));
  }

  /** What the mock holds against the requests since the test began: sent before Retry-After was over, twice, ... */
  async lint(): Promise<string[]> {
    const params = { query: { ...this.#tenant, after: this.#since, limit: 1000 } };
    const { exchanges } = await dataOf(this.#control.GET("/_mock/journal", { params }));
    const remarks = exchanges.flatMap((exchange) => exchange.lint as { id: string; message: string }[]);
    return remarks.map(({ id, message }) => `${id}: ${message}`);
  }

  /** Make a browser context of your own meet this organisation, before its first page opens. `context` does. */
  async attach(context: BrowserContext): Promise<void> {
    const { now } = await dataOf(this.#control.GET("/_mock/clock", { params: { query: this.#tenant } }));
    await context.clock.install({ time: now });
    await context.addInitScript(sendWithKey, this.organisation.publishable_key);
    this.#contexts.add(context);
    context.once("close", () => this.#contexts.delete(context));
  }

  async #secondsToReset(): Promise<number> {
    const params = { path: this.#tenant };
    return (await dataOf(this.#control.GET("/_mock/organisations/{tenant_id}/rate-limit", { params }))).reset;
  }
}

/** Runs in the page. Not `page.route`: that loses what a page sends with `keepalive` while it is being left. */
function sendWithKey(own: string): void {
  const keyFor = (key: string | null) => (key?.startsWith("lehnz_pk_") ? own : key);
  const { fetch } = window;
  window.fetch = (input, init) => {
    const request = new Request(input, init);
    const key = keyFor(request.headers.get("X-API-KEY"));
    if (key !== null) request.headers.set("X-API-KEY", key);
    return fetch(request);
  };
  const { setRequestHeader } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.setRequestHeader = function (name, value) {
    setRequestHeader.call(this, name, name.toLowerCase() === "x-api-key" ? (keyFor(value) ?? value) : value);
  };
}

function controlOf(url: string): Client<paths> {
  const token = process.env.LEHNZ_CONTROL_TOKEN;
  return createClient<paths>({ baseUrl: url, headers: token ? { Authorization: `Bearer ${token}` } : {} });
}

type Answer<T> = { data?: { data: T }; error?: { message?: string }; response: Response };

class Refusal extends Error {
  constructor(
    readonly response: Response,
    message = `status ${response.status}`,
  ) {
    super(`the mock refused ${response.url}: ${message}`);
  }
}

async function dataOf<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (!data) throw new Refusal(response, error?.message);
  return data.data;
}

/** Time must pass for page and mock alike, so the mock's own has to stand still. */
async function requireStandingClock(control: Client<paths>, url: string): Promise<void> {
  const clock = await dataOf(control.GET("/_mock/clock")).catch((error: unknown) => {
    if (error instanceof Refusal && error.response.status !== 404) throw error;
    const start = `start one with --port ${new URL(url).port} --clock virtual`;
    throw new Error(`no lehnz mock answers on ${url}: ${start}`, { cause: error });
  });
  if (clock.scale === 0) return;
  throw new Error(`the clock of the mock on ${url} runs: stop that mock, or start it with --clock virtual`);
}

function unverified(expected: Expected, { count, nearest }: Schemas["Verified"]): string {
  const misses = nearest.flatMap(({ id, differences }) =>
    differences.map(({ field, expected, actual }) => `  #${id} ${field}: ${shown(actual)}, not ${shown(expected)}`),
  );
  return [`${count} requests were like ${shown(expected)}`, ...misses].join("\n");
}

const shown = (value: unknown): string => JSON.stringify(value) ?? "nothing";
