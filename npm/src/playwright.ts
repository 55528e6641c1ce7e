// Playwright fixtures:
//
//   import { expect, test } from "lehnz-mock/playwright";
//   test("...", async ({ page, lehnz }) => { await lehnz.exhaust(); ... });
//
// Each worker gets an organisation of its own with the seeded shop, and each test starts from that shop. Requests of a
// page with any publishable key go to the worker's organisation, and the page's clock shows the mock's time.
import { type Browser, type BrowserContext, test as base } from "@playwright/test";
import { type Expected, type Fault, MockControl, newOrganisation, type Organisation } from "./control.js";

export { expect } from "@playwright/test";
export type { Expected, Fault, Organisation } from "./control.js";
export type LehnzOptions = { lehnzUrl: string };

export const test = base.extend<{ lehnz: LehnzMock }, LehnzOptions & { organisation: Organisation }>({
  lehnzUrl: ["http://127.0.0.1:4010", { scope: "worker", option: true }],

  organisation: [
    async ({ lehnzUrl }, use) => {
      const organisation = await newOrganisation(lehnzUrl);
      await use(organisation);
      await new LehnzMock(lehnzUrl, organisation).remove();
    },
    { scope: "worker" },
  ],

  browser: [
    async ({ browser }, use) => {
      attachNewContexts(browser);
      await use(browser);
    },
    { scope: "worker" },
  ],

  lehnz: [
    async ({ lehnzUrl, organisation }, use) => {
      const lehnz = new LehnzMock(lehnzUrl, organisation);
      await lehnz.reset();
      current = lehnz;
      await use(lehnz);
      current = undefined;
    },
    { auto: true },
  ],

  context: async ({ lehnz, context }, use) => {
    await lehnz.attach(context); // a second call has no effect; needed for contexts that `browser` did not create
    await use(context);
  },
});

let current: LehnzMock | undefined; // the mock of the test that runs in this worker

/** Makes contexts that a test creates itself use the same organisation. */
function attachNewContexts(browser: Browser): void {
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await newContext(options);
    await current?.attach(context);
    return context;
  };
}

/** Controls the mock in a Playwright test. Errors point to the calling line of the test. */
export class LehnzMock extends MockControl {
  readonly #contexts = new Set<BrowserContext>();

  override reset(to: "seeded" | "empty" = "seeded"): Promise<void> {
    return step(`lehnz.reset("${to}")`, this.reset, () => super.reset(to));
  }

  override flush(): Promise<void> {
    return step("lehnz.flush()", this.flush, () => super.flush());
  }

  override exhaust(seconds?: number): Promise<void> {
    return step(`lehnz.exhaust(${seconds ?? ""})`, this.exhaust, () => super.exhaust(seconds));
  }

  override fault(fault: Fault): Promise<{ mend: () => Promise<void> }> {
    return step(`lehnz.fault(${JSON.stringify(fault)})`, this.fault, () => super.fault(fault));
  }

  override verify(expected: Expected): Promise<void> {
    return step(`lehnz.verify(${JSON.stringify(expected)})`, this.verify, () => super.verify(expected));
  }

  /** Moves the mock's clock and the pages' clocks by a number of seconds, or to the end of the rate limit window. */
  override advance(by: number | "to the reset"): Promise<number> {
    const move = async (): Promise<number> => {
      const seconds = await super.advance(by);
      for (const context of this.#contexts) await context.clock.fastForward(seconds * 1000);
      return seconds;
    };
    return step(`lehnz.advance(${JSON.stringify(by)})`, this.advance, move);
  }

  /** Makes a browser context use this organisation, before its first page opens. Contexts of `browser` do so already;
   * call it for a context of `launchPersistentContext`. */
  async attach(context: BrowserContext): Promise<void> {
    if (this.#contexts.has(context)) return;
    this.#contexts.add(context);
    context.once("close", () => this.#contexts.delete(context));
    const { now } = await this.call<{ now: string }>("GET", `/clock?tenant_id=${this.organisation.tenant_id}`);
    await context.clock.install({ time: now });
    await context.addInitScript(sendWithKey, this.organisation.publishable_key);
  }
}

/** Runs a step of the test's report. Its error points to the caller of `method` in the test, because Playwright shows
 * no lines of a package, and an error that is created later no longer knows its caller. */
function step<T>(title: string, method: (...args: never[]) => Promise<T>, body: () => Promise<T>): Promise<T> {
  const caller: { stack?: string } = {};
  Error.captureStackTrace(caller, method);
  return base.step(title, async () => {
    try {
      return await body();
    } catch (error) {
      if (error instanceof Error) error.stack = `${error}\n${caller.stack?.replace(/^.*\n/, "")}`;
      throw error;
    }
  });
}

/** Runs in the page. `page.route` isn't used, because it loses `keepalive` requests of a page that is being closed. */
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
