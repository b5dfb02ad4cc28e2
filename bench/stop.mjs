// The first Ctrl-C or SIGTERM ends what runs, and the comparison's own `finally` removes what it made; a second one ends at once.
const stopping = new AbortController();

/** Is aborted with the name of the signal. */
export const stopped = stopping.signal;

export function listenForStop() {
  for (const name of ["SIGINT", "SIGTERM"]) {
    process.once(name, () => {
      console.error(`${name}: removes what it made; once more ends at once`);
      stopping.abort(name);
    });
  }
}

/** Fails once it was stopped: between two steps, since what runs then may not notice. */
export function failIfStopped() {
  if (stopped.aborted) throw new Error(`stopped by ${stopped.reason}`);
}

/** Passes SIGTERM on to a program until it has ended. Ctrl-C the terminal sends to all programs itself, and twice is too much for some. */
export function endWithUs(child) {
  const end = () => {
    if (stopped.reason === "SIGTERM") child.kill();
  };
  stopped.addEventListener("abort", end);
  child.on("close", () => stopped.removeEventListener("abort", end));
}
