// A small shop client with the types that openapi-typescript generates from openapi.yaml: `node client.js URL PUBLISHABLE SECRET`.
// It must compile under --strict, and each @ts-expect-error must be an error, or tsc refuses the file.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Item = components["schemas"]["Item"];
type RecommendRequest = components["schemas"]["RecommendRequest"];

const [baseUrl = "", publishable = "", secret = ""] = process.argv.slice(2);
const browser = createClient<paths>({ baseUrl, headers: { "X-API-KEY": publishable } });
const backend = createClient<paths>({ baseUrl, headers: { "X-API-KEY": secret } });

const mug: Item = { item_id: "ts-mug", item_type: "product", status: "active", attributes: { category: "kitchen" } };
const request: RecommendRequest = { strategy: "popular", limit: 5, page: 1, filters: { category: ["kitchen"] } };

// @ts-expect-error status is required
const withoutStatus: Item = { item_id: "x", item_type: "product" };
// @ts-expect-error not a strategy
const unknownStrategy: RecommendRequest = { strategy: "best", limit: 1, page: 1 };
// @ts-expect-error not a path of the API
const unknownPath = () => browser.POST("/v1/recommendations", { body: request });
void [withoutStatus, unknownStrategy, unknownPath];

async function main() {
  const upserted = await backend.POST("/v1/ingest/items/upsert", { body: [mug] });
  const tracked = await browser.POST("/v1/ingest/events/ingest", {
    body: { user_id: "ts-user", event_family: "engagement", event_name: "view", item_id: mug.item_id },
  });

  let ids: string[] = [];
  for (let tries = 0; tries < 100 && ids.length === 0; tries += 1) {
    const answer = await browser.POST("/v1/recommend", { body: request });
    const results = answer.data?.data.results ?? [];
    ids = results.map((result) => result.item_id);
    if (ids.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  const similar = await browser.GET("/item/{item_id}", { params: { path: { item_id: mug.item_id }, query: { limit: 1 } } });
  const refused = await browser.POST("/v1/ingest/items/upsert", { body: mug });
  const detail = refused.error?.error;
  console.log(
    JSON.stringify({
      accepted: [upserted.data?.data.accepted, tracked.data?.data.accepted],
      ids,
      similar: similar.data?.data.strategy,
      refused: [refused.response.status, refused.error?.success, typeof detail],
    }),
  );
}

await main();
