import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { signIn } from "../shopper/signIn";

/** A placeholder for a real shop's sign-in, which returns the shop's id of the user. */
export function SignInPage() {
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setBusy(true);
    await signIn(String(new FormData(event.currentTarget).get("customer")).trim());
    await navigate("/");
  }

  return (
    <form onSubmit={submit}>
      <h1>Sign in</h1>
      <label htmlFor="customer">Customer number</label>
      <input id="customer" name="customer" required pattern=".*\S.*" autoComplete="username" defaultValue="user_1" />
      <p className="quiet">The seeded shop knows user_1 to user_40.</p>
      <button className="main" disabled={busy}>
        Sign in
      </button>
    </form>
  );
}
