import { useSecondsLeft } from "../api/rateLimit";

/** Tells the shopper to wait. Screen readers announce the notice once; the countdown is hidden from them. */
export function LimitNotice() {
  const seconds = useSecondsLeft();
  return (
    <div role="status" className="limit" hidden={seconds === 0}>
      {seconds > 0 && (
        <p>
          <strong>It is busy in here.</strong> New suggestions are on their way; your cart works as ever.{" "}
          <span role="timer" aria-label="Time left">
            {Math.floor(seconds / 60)}:{String(seconds % 60).padStart(2, "0")}
          </span>
        </p>
      )}
    </div>
  );
}
