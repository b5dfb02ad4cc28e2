/** An IPv4 range: its first address and how many it has. */
export interface Subnet {
  first: number;
  count: number;
}

/** Reads a CIDR such as `10.213.4.0/26`; undefined when it is none. */
export function parseSubnet(cidr: string): Subnet | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
  if (match === null) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = match.slice(1).map(Number);
  if (Math.max(a, b, c, d) > 255 || prefix > 32) return undefined;
  const count = 2 ** (32 - prefix);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  return { first: address - (address % count), count };
}

export function overlaps(a: Subnet, b: Subnet): boolean {
  return a.first < b.first + b.count && b.first < a.first + a.count;
}

/** As CIDR. */
export function formatSubnet(subnet: Subnet): string {
  return `${addressAt(subnet, 0)}/${32 - Math.log2(subnet.count)}`;
}

/** The address at a distance from the first one. */
export function addressAt(subnet: Subnet, offset: number): string {
  const address = subnet.first + offset;
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
