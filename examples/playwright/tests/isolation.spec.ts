// Sixteen workers use one mock at the same time. All of them use the same ids, and none sees another's data.
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { APIRequestContext } from "@playwright/test";
import { expect, type LehnzMock, test } from "lehnz-mock/playwright";

const WORKERS = 16;

for (let number = 1; number <= WORKERS; number += 1) {
  test(`worker ${number} of ${WORKERS} doesn't see the others`, async ({ lehnz, request }) => {
    test.skip(test.info().config.workers < WORKERS, `needs ${WORKERS} workers`);
    const shop = shopOf(lehnz, request);
    const mine = `mug-${number}`;
    await everybody("begins", number);

    await test.step("its data", async () => {
      await shop.upsert({ item_id: mine, item_type: "product", status: "active" });
      await shop.track({ user_id: "ada", event_family: "engagement", event_name: "view", item_id: mine });
      await everybody("has sent its data", number);

      expect(await shop.recommended({ strategy: "recently-viewed", user_id: "ada", limit: 1 })).toEqual([mine]);
      const all = await shop.recommended({ strategy: "popular", limit: 100 });
      expect(all.filter((id) => id.startsWith("mug-"))).toEqual([mine]);
      await lehnz.verify({ operation_id: "ingestEvents", body: { user_id: "ada" }, times: 1 });
    });

    await test.step("its quota and its time", async () => {
      const [exhausts, advances] = [number % 2 === 0, number % 4 === 0];
      if (exhausts) await lehnz.exhaust();
      await everybody("has used up its quota, or not", number);
      expect(await shop.status()).toBe(exhausts ? 429 : 200);
      if (advances) await lehnz.advance("to the reset");
      await everybody("has moved its clock, or not", number);
      expect(await shop.status()).toBe(exhausts && !advances ? 429 : 200);
      await everybody("has looked", number);
    });

    await test.step("its reset and its faults", async () => {
      await lehnz.reset();
      expect(await shop.recommended({ strategy: "popular", limit: 100 })).not.toContain(mine);
      if (number % 2) await lehnz.fault({ kind: "status", status: 500 });
      await everybody("has broken something, or not", number);
      expect(await shop.status()).toBe(number % 2 ? 500 : 200);
      await everybody("has seen what is broken", number);
    });
  });
}

/** The worker's organisation over plain HTTP, without a browser. */
function shopOf({ url, organisation }: LehnzMock, request: APIRequestContext) {
  const post = (path: string, key: string, data: object) =>
    request.post(url + path, { headers: { "X-API-KEY": key }, data });
  const { publishable_key, secret_key } = organisation;
  return {
    upsert: async (item: object) => expect(await post("/v1/ingest/items/upsert", secret_key, item)).toBeOK(),
    track: async (event: object) => expect(await post("/v1/ingest/events/ingest", publishable_key, event)).toBeOK(),
    status: async () => (await post("/v1/recommend", publishable_key, { strategy: "popular" })).status(),
    recommended: async (query: object): Promise<string[]> => {
      return (await (await post("/v1/recommend", publishable_key, query)).json()).data.recommended_items;
    },
  };
}

/** Waits until all workers have reached this step. */
async function everybody(step: string, number: number): Promise<void> {
  const folder = join(test.info().project.outputDir, "isolation", step);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, String(number)), "");
  await expect.poll(async () => (await readdir(folder)).length, { timeout: 100_000 }).toBe(WORKERS);
}
