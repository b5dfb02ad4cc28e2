import { createHash } from "node:crypto";
import { runError } from "./errors.ts";

export interface NetworkPool {
  /** CIDR of the pool, such as `10.213.0.0/16`. */
  pool: string;
  /** Prefix length of one run's network, such as 26. */
  size: number;
}

const MOST_TRIES = 64;

/** The subnets of a pool to try, in an order that differs from seed to seed. Fails with NETWORK_POOL_INVALID. */
export function subnetsOf(pool: NetworkPool, seed: string): string[] {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(pool.pool);
  const prefix = Number(match?.[5]);
  if (match === null || prefix > pool.size || pool.size > 29) {
    throw runError({
      code: "NETWORK_POOL_INVALID",
      message: `The network pool ${pool.pool} cannot be cut into networks of /${pool.size}.`,
      hint: "Use an IPv4 range such as 10.213.0.0/16 and a size between its prefix and 29.",
    });
  }
  const base = match.slice(1, 5).reduce((sum, part) => sum * 256 + Number(part), 0);
  const count = 2 ** (pool.size - prefix);
  const step = 2 ** (32 - pool.size);
  const first = createHash("sha256").update(seed).digest().readUInt32BE(0) % count;
  return Array.from({ length: Math.min(count, MOST_TRIES) }, (_, index) => {
    const address = base + ((first + index) % count) * step;
    const parts = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
    return `${parts.join(".")}/${pool.size}`;
  });
}
