import { ProductRow } from "../parts/ProductRow";
import { shopper } from "../shopper/shopper";

export function HomePage() {
  const { id, signedIn } = shopper.use();
  return (
    <>
      <h1>{signedIn ? "Good to see you again" : "Good to see you"}</h1>
      <ProductRow
        title="Picked for you"
        fallbackTitle="A good place to start"
        query={{ strategy: "personalized", user_id: id, limit: 8 }}
      />
      <ProductRow
        title="You looked at"
        hideWithout="behavioral"
        query={{ strategy: "recently-viewed", user_id: id, limit: 8 }}
      />
      <ProductRow title="Trending now" query={{ strategy: "trending", limit: 8 }} />
      <ProductRow title="New in" query={{ strategy: "new-arrivals", limit: 8 }} />
    </>
  );
}
