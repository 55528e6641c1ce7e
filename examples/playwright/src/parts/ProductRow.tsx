import { useEffect, useId, useMemo } from "react";
import { Link } from "react-router";
import type { Query } from "../api/lehnz";
import { type Row, useRecommendations } from "../api/useRecommendations";
import { priceText, type Product, productsOf, remember } from "../shopper/products";
import { track } from "../shopper/tracker";

type Props = { title: string; query: Query; fallbackTitle?: string; hideWithout?: "behavioral" };

/** A row of recommended products. `fallbackTitle`: the title for a fallback list, when too little is known about the
 * shopper. `hideWithout`: show no row unless the list is based on the shopper's own behaviour. */
export function ProductRow({ title, query, fallbackTitle = title, hideWithout }: Props) {
  const row = useRecommendations(query);
  const heading = useId();
  const recommendation = row.state === "ready" ? row.recommendation : undefined;
  const products = useMemo(() => (recommendation ? productsOf(recommendation) : []), [recommendation]);
  useEffect(() => remember(products), [products]);

  if (hideWithout && recommendation?.mode !== hideWithout) return null;
  return (
    <section aria-labelledby={heading} aria-busy={row.state === "loading"}>
      <h2 id={heading}>{recommendation?.mode === "fallback" ? fallbackTitle : title}</h2>
      {products.length > 0 && recommendation ? (
        <ul className="row">
          {products.map((product) => (
            <li key={product.id}>
              <Card product={product} recommendationId={recommendation.recommendation_id} />
            </li>
          ))}
        </ul>
      ) : (
        <Placeholder row={row} />
      )}
    </section>
  );
}

function Placeholder({ row }: { row: Row }) {
  if (row.state === "ready") return <p className="quiet">Nothing to show yet.</p>;
  if (row.state === "failed")
    return (
      <p className="quiet" role="alert">
        We could not load these. <button onClick={row.tryAgain}>Try again</button>
      </p>
    );
  const card = row.state === "loading" ? "card loading" : "card";
  return (
    <ul className="row" aria-hidden="true">
      {Array.from({ length: 8 }, (_, index) => (
        <li key={index} className={card} />
      ))}
    </ul>
  );
}

function Card({ product, recommendationId }: { product: Product; recommendationId: string }) {
  const clicked = { item_id: product.id, recommendation_id: recommendationId };
  return (
    <Link
      className="card"
      to={`/items/${encodeURIComponent(product.id)}`}
      state={{ recommendationId }}
      onClick={() => track({ event_family: "engagement", event_name: "click", ...clicked })}
    >
      <img src={product.imageUrl} alt="" width="160" height="160" />
      <span className="title">{product.title}</span>
      <span className="quiet">{product.brand}</span>
      <span className="price">{priceText(product.price)}</span>
    </Link>
  );
}
