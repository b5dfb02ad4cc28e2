import path from "node:path";
import type { Environment } from "../config/index.ts";

/** Where this user's caches lie. */
export function cacheFolder({ env, home }: Environment): string {
  return path.join(env["XDG_CACHE_HOME"] || path.join(home, ".cache"), "seatrial");
}

/** Where owners write down what they hold. */
export function stateFolder({ env, home }: Environment): string {
  return path.join(env["XDG_STATE_HOME"] || path.join(home, ".local", "state"), "seatrial");
}
