import { recommend } from "../made/kubb/clients/recommend.js";
import type { RecommendRequest } from "../made/kubb/types/RecommendRequest.js";
import { recommendRequestSchema } from "../made/kubb/zod/recommendRequestSchema.js";
import { recommendationResponseSchema } from "../made/kubb/zod/recommendationResponseSchema.js";
import { ask, key, query } from "./shop.js";

// @ts-expect-error not a strategy
const unknown: RecommendRequest = { strategy: "best" };
void unknown;
const body: RecommendRequest = { ...query, filters: { category: ["kitchen"], brand: null } };
if (recommendRequestSchema.safeParse({ filters: { category: { is: "kitchen" } } }).success) throw new Error("any filter fits");

await ask(async () => {
  const answer = await recommend(recommendRequestSchema.parse(body), { headers: { "X-API-KEY": key, "Content-Type": "application/json" } });
  return recommendationResponseSchema.parse(answer).data.results;
});
