import { isIPv4, type LookupFunction } from "node:net";

const IPV4 = { address: "127.0.0.1", family: 4 };
const IPV6 = { address: "::1", family: 6 };

/**
 * True for this machine itself: what is sent there leaves it by no wire. `host` is without a port. Names are `localhost` and all
 * below it, so that whoever connects to one must do so by `lookupLoopback`.
 */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, "$1");
  if (isIPv4(name)) return name.startsWith("127.");
  return name === "::1" || name === "localhost" || name.endsWith(".localhost");
}

/** Gives any name the addresses of this machine itself: a name server that is asked for `app.localhost` may tell any other. */
export const lookupLoopback: LookupFunction = (_name, { all }, done) => {
  if (all === true) done(null, [IPV4, IPV6]);
  else done(null, IPV4.address, IPV4.family);
};
