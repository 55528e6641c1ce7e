import { useState } from "react";
import { Link } from "react-router";
import { ProductRow } from "../parts/ProductRow";
import { buy, removeFromCart, totalOf, useCart } from "../shopper/cart";
import { priceText } from "../shopper/products";

export function CartPage() {
  const lines = useCart();
  const [bought, setBought] = useState(false);
  const last = lines.at(-1);
  if (!last)
    return (
      <>
        <h1>{bought ? "Thank you" : "Your cart"}</h1>
        <p>
          {bought ? "Your order is on its way." : "It is empty."} <Link to="/">Back to the shop</Link>
        </p>
      </>
    );
  return (
    <>
      <h1>Your cart</h1>
      <ul className="cart">
        {lines.map((line) => (
          <li key={line.product.id}>
            <img src={line.product.imageUrl} alt="" width="56" height="56" />
            <span className="title">
              {line.product.title} <span className="quiet">× {line.quantity}</span>
            </span>
            <span className="price">{priceText(line.quantity * line.product.price)}</span>
            <button className="plain" aria-label={`Remove ${line.product.title}`} onClick={() => removeFromCart(line)}>
              Remove
            </button>
          </li>
        ))}
      </ul>
      <p className="total">
        Total <span className="price">{priceText(totalOf(lines))}</span>
      </p>
      <button
        className="main"
        onClick={() => {
          buy();
          setBought(true);
        }}
      >
        Buy now
      </button>
      <ProductRow
        title="Often bought together"
        fallbackTitle="Popular beside it"
        query={{ strategy: "frequently-bought-together", context_item_id: last.product.id, limit: 8 }}
      />
    </>
  );
}
