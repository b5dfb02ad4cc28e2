import { readFile } from "node:fs/promises";
import { endianness } from "node:os";
import type { Subnet } from "../subnet.ts";

/** Where an IPv4 network is reached from this machine. */
export interface Route extends Subnet {
  /** Such as `br-0a1b2c3d4e5f`; undefined where packets end here, as in a blackhole. */
  interface: string | undefined;
}

const UP = 0x1;

/**
 * The IPv4 routes of this machine's main table but the default one, as Linux tells them in /proc/net/route; none on other systems.
 * Addresses and masks are words in the machine's byte order there, and `*` is no interface (net/ipv4/fib_trie.c, fib_route_seq_show).
 */
export async function readRoutes(table: string): Promise<Route[]> {
  const text = await readFile(table, "latin1").catch(() => "");
  return text.split("\n").slice(1).flatMap(parseRoute);
}

function parseRoute(line: string): Route[] {
  const [name, destination, , flags, , , , mask] = line.split("\t");
  if (name === undefined || destination === undefined || flags === undefined || mask === undefined) return [];
  const count = 2 ** 32 - address(mask);
  if ((Number.parseInt(flags, 16) & UP) === 0 || count === 2 ** 32) return [];
  return [{ interface: name === "*" ? undefined : name, first: address(destination), count }];
}

function address(word: string): number {
  const bytes = Buffer.from(word, "hex");
  return endianness() === "LE" ? bytes.readUInt32LE() : bytes.readUInt32BE();
}
