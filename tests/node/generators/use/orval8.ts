import { type RecommendRequest, recommend } from "../made/orval8/client";
import * as zod from "../made/orval8/zod";
import { ask, key, query } from "./shop.js";

// @ts-expect-error not a strategy
const unknown: RecommendRequest = { strategy: "best" };
void unknown;
const body: RecommendRequest = { ...query, filters: { category: ["kitchen"], brand: null } };
if (zod.RecommendBody.safeParse({ filters: { category: { is: "kitchen" } } }).success) throw new Error("any filter fits");
zod.RecommendBody.parse(body);

await ask(async () => {
  const answer = await recommend(body, { headers: { "X-API-KEY": key } });
  if (answer.status !== 200) throw new Error(answer.data.message);
  return zod.RecommendResponse.parse(answer.data).data.results;
});
