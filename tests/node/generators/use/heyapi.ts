import { client } from "../made/heyapi/client.gen";
import { recommend } from "../made/heyapi/sdk.gen";
import type { RecommendRequest } from "../made/heyapi/types.gen";
import { ask, key, query } from "./shop.js";

// @ts-expect-error not a strategy
const unknown: RecommendRequest = { strategy: "best" };
void unknown;
const body: RecommendRequest = { ...query, filters: { category: ["kitchen"], brand: null } };
client.setConfig({ baseUrl: process.env.BASE_URL });

await ask(async () => {
  const { data, error } = await recommend({ body, auth: key });
  if (!data) throw new Error(error?.message);
  return data.data.results;
});
