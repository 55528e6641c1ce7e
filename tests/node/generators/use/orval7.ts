import { type RecommendRequest, recommend } from "../made/orval7/client";
import * as zod from "../made/orval7/zod";
import { ask, key, query } from "./shop.js";

// @ts-expect-error not a strategy
const unknown: RecommendRequest = { strategy: "best" };
void unknown;
const body: RecommendRequest = { ...query, filters: { category: ["kitchen"], brand: null } };
if (zod.recommendBody.safeParse({ filters: { category: { is: "kitchen" } } }).success) throw new Error("any filter fits");
zod.recommendBody.parse(body);

await ask(async () => {
  const answer = await recommend(body, { headers: { "X-API-KEY": key } });
  if (answer.status !== 200) throw new Error(answer.data.message);
  return zod.recommendResponse.parse(answer.data).data.results;
});
