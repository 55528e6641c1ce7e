// The two calls that a page may make, both with the publishable key. The secret key must never reach a browser.
import createClient from "openapi-fetch";
import type { Event as LehnzEvent, paths, Recommendation, RecommendRequest } from "lehnz-mock/types";

export type { LehnzEvent, Recommendation };
export type Query = RecommendRequest;

/** 429. `seconds`: how long to wait before the next request. */
export class RateLimited extends Error {
  constructor(readonly seconds: number) {
    super(`rate limited for ${seconds} s`);
  }
}

/** Any other error, with the API's message. Below 500 the request itself is wrong, and repeating it won't help. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const api = createClient<paths>({
  baseUrl: import.meta.env.VITE_LEHNZ_URL,
  headers: { "X-API-KEY": import.meta.env.VITE_LEHNZ_PUBLISHABLE_KEY },
});

export async function recommend(query: Query, signal: AbortSignal): Promise<Recommendation> {
  const { data, error, response } = await api.POST("/v1/recommend", { body: query, signal });
  if (!data) throw refusal(response, error);
  return data.data;
}

/** Sends several events in one request. With `keepalive` the browser completes it even after the page is closed. */
export async function sendEvents(events: LehnzEvent[]): Promise<void> {
  const { data, error, response } = await api.POST("/v1/ingest/events/ingest", { body: events, keepalive: true });
  if (!data) throw refusal(response, error);
}

function refusal(response: Response, error?: { message?: string }): Error {
  if (response.status !== 429) return new Refused(response.status, error?.message ?? response.statusText);
  const seconds = response.headers.get("Retry-After") ?? response.headers.get("RateLimit-Reset");
  return new RateLimited(Number(seconds ?? 60));
}
