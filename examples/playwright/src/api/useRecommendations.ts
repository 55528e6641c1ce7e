import { useCallback, useEffect, useState } from "react";
import { type Query, RateLimited, recommend, type Recommendation } from "./lehnz";
import { admitted, refused, useIsLimited } from "./rateLimit";

const TIMEOUT_MS = 8000;

export type Row =
  | { state: "loading" | "limited" }
  | { state: "ready"; recommendation: Recommendation }
  | { state: "failed"; tryAgain: () => void };

type Outcome = { key: string; recommendation?: Recommendation }; // `key`: the query and the number of the attempt

/** Returns the result of a query. Under a rate limit it waits, and repeats the request when the limit ends. */
export function useRecommendations(query: Query): Row {
  const [attempt, setAttempt] = useState(0);
  const [outcome, setOutcome] = useState<Outcome>({ key: "" });
  const limited = useIsLimited();
  const body = JSON.stringify(query);
  const key = `${attempt} ${body}`;
  const due = !limited && outcome.key !== key;

  useEffect(() => {
    if (!due) return;
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort("slow"), TIMEOUT_MS);
    recommend(JSON.parse(body), controller.signal)
      .then((recommendation) => {
        admitted();
        setOutcome({ key, recommendation });
      })
      .catch((error: unknown) => {
        if (controller.signal.reason === "gone") return;
        if (error instanceof RateLimited) refused(error.seconds);
        else setOutcome({ key });
      })
      .finally(() => clearTimeout(timer));
    return () => {
      clearTimeout(timer);
      controller.abort("gone");
    };
  }, [due, key, body]);

  const tryAgain = useCallback(() => setAttempt((before) => before + 1), []);
  if (outcome.key !== key) return { state: limited ? "limited" : "loading" };
  return outcome.recommendation
    ? { state: "ready", recommendation: outcome.recommendation }
    : { state: "failed", tryAgain };
}
