import { useEffect } from "react";
import { Link, useLocation, useParams } from "react-router";
import { ProductRow } from "../parts/ProductRow";
import { addToCart } from "../shopper/cart";
import { priceText, useProducts } from "../shopper/products";
import { track } from "../shopper/tracker";

export function ItemPage() {
  const { id = "" } = useParams();
  const state: { recommendationId?: string } | null = useLocation().state;
  const product = useProducts()[id];
  const recommendationId = state?.recommendationId;

  useEffect(() => {
    const origin = recommendationId ? { recommendation_id: recommendationId } : {};
    track({ event_family: "engagement", event_name: "view", item_id: id, ...origin });
  }, [id, recommendationId]);

  if (!product)
    return (
      <p>
        We do not know this item. <Link to="/">Back to the shop</Link>
      </p>
    );
  return (
    <>
      <article className="item">
        <img src={product.imageUrl} alt="" width="480" height="480" />
        <div>
          <h1>{product.title}</h1>
          <p className="quiet">{product.brand}</p>
          <p className="price">{priceText(product.price)}</p>
          <button className="main" onClick={() => addToCart(product, recommendationId)}>
            Add to cart
          </button>
        </div>
      </article>
      <ProductRow title="Like this one" query={{ strategy: "similar", context_item_id: id, limit: 8 }} />
    </>
  );
}
