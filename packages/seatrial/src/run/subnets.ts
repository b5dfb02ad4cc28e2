import { createHash } from "node:crypto";
import { runError } from "./errors.ts";

export interface NetworkPool {
  /** CIDR of the pool, such as `10.213.0.0/16`. */
  pool: string;
  /** Prefix length of one run's network, such as 26. */
  size: number;
}

interface Range {
  first: number;
  count: number;
}

/**
 * All subnets of a pool that overlap with none of those that are taken, in an order that differs from seed to seed and is spread over
 * the pool. Fails with NETWORK_POOL_INVALID.
 */
export function* subnetsOf(
  pool: NetworkPool,
  options: { seed: string; taken?: readonly string[] | undefined },
): Generator<string> {
  const range = rangeOf(pool.pool);
  if (range === undefined || range.prefix > pool.size || pool.size > 29) {
    throw runError({
      code: "NETWORK_POOL_INVALID",
      message: `The network pool ${pool.pool} cannot be cut into networks of /${pool.size}.`,
      hint: "Use an IPv4 range such as 10.213.0.0/16 and a size between its prefix and 29.",
    });
  }
  // Networks of IPv6 are in nobody's way.
  const taken = (options.taken ?? []).flatMap((cidr) => rangeOf(cidr) ?? []);
  const count = 2 ** (pool.size - range.prefix);
  const step = 2 ** (32 - pool.size);
  const digest = createHash("sha256").update(options.seed).digest();
  const start = digest.readUInt32BE(0) % count;
  // An odd one reaches every place, since their number is a power of two.
  const stride = (digest.readUInt32BE(4) % count) | 1;
  for (let index = 0; index < count; index += 1) {
    const first = range.first + ((start + index * stride) % count) * step;
    if (!taken.some((other) => overlaps({ first, count: step }, other)))
      yield `${dotted(first)}/${pool.size}`;
  }
}

function rangeOf(cidr: string): (Range & { prefix: number }) | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
  if (match === null) return undefined;
  const prefix = Number(match[5]);
  const address = match.slice(1, 5).reduce((sum, part) => sum * 256 + Number(part), 0);
  const count = 2 ** (32 - prefix);
  return { first: address - (address % count), count, prefix };
}

function overlaps(a: Range, b: Range): boolean {
  return a.first < b.first + b.count && b.first < a.first + a.count;
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
