import { Link, Route, Routes } from "react-router";
import { CartPage } from "./pages/CartPage";
import { HomePage } from "./pages/HomePage";
import { ItemPage } from "./pages/ItemPage";
import { SignInPage } from "./pages/SignInPage";
import { LimitNotice } from "./parts/LimitNotice";
import { countOf, useCart } from "./shopper/cart";
import { shopper } from "./shopper/shopper";
import { signOut } from "./shopper/signIn";

export function App() {
  return (
    <>
      <Header />
      <LimitNotice />
      <main>
        <Routes>
          <Route path="/" element={<HomePage />} />
          <Route path="/items/:id" element={<ItemPage />} />
          <Route path="/cart" element={<CartPage />} />
          <Route path="/sign-in" element={<SignInPage />} />
          <Route path="*" element={<p>There is nothing here.</p>} />
        </Routes>
      </main>
    </>
  );
}

function Header() {
  const count = countOf(useCart());
  const { id, signedIn } = shopper.use();
  return (
    <header>
      <Link className="brand" to="/">
        Corner Shop
      </Link>
      <nav aria-label="Shop">
        {signedIn ? (
          <>
            <span className="who">{id}</span>
            <button className="plain" onClick={signOut}>
              Sign out
            </button>
          </>
        ) : (
          <Link to="/sign-in">Sign in</Link>
        )}
        <Link to="/cart">
          Cart <span className="count">{count}</span>
        </Link>
      </nav>
    </header>
  );
}
