import { BlockList, isIP, isIPv6 } from "node:net";
import { isLoopback } from "../loopback.ts";

export interface ProxySettings {
  environment: Readonly<Record<string, string | undefined>>;
  /** The error where a variable is no address of a proxy. Its value is not told: it may hold a password. */
  refuse: (why: { message: string; hint: string }) => Error;
}

/** The proxy for an address by HTTPS_PROXY, HTTP_PROXY and NO_PROXY (or their small letters), as docker reads them. Never for loopback. */
export function findProxy(url: URL, { environment, refuse }: ProxySettings): URL | undefined {
  const name = url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const value = environment[name] || environment[name.toLowerCase()];
  if (!value || isLoopback(url.hostname)) return undefined;
  if (isExempt(url, environment["NO_PROXY"] || environment["no_proxy"] || "")) return undefined;
  try {
    const proxy = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`);
    if (/^https?:$/.test(proxy.protocol)) return proxy;
  } catch {
    // Said below: its text may hold a password.
  }
  throw refuse({
    message: `${name} is not the address of a proxy that can be used for ${url.host}.`,
    hint: "Write it like http://proxy.example.com:3128.",
  });
}

/** What a proxy asks to be shown, from its address. */
export function proxyAuthorization(proxy: URL): Record<string, string> {
  if (proxy.username === "" && proxy.password === "") return {};
  const login = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(login).toString("base64")}` };
}

function isExempt(url: URL, list: string): boolean {
  const host = url.hostname.toLowerCase().replace(/^\[(.*)\]$/, "$1");
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return list
    .split(",")
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== "" && matches(entry, host, port));
}

/** `*`, `10.0.0.0/8`, `10.1.2.3`, `example.com` with all below it, `.example.com` and `*.example.com` with what is below only; each may have a port. */
function matches(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  if (entry.includes("/")) return isInside(host, entry);
  const [, name = entry, itsPort] = isIPv6(entry) ? [] : (/^(.*?)(?::(\d+))?$/.exec(entry) ?? []);
  if (itsPort !== undefined && itsPort !== port) return false;
  const bare = name.replace(/^\[(.*)\]$/, "$1");
  if (bare.startsWith(".") || bare.startsWith("*.")) return host.endsWith(bare.replace(/^\*/, ""));
  return host === bare || (isIP(bare) === 0 && host.endsWith(`.${bare}`));
}

function isInside(host: string, range: string): boolean {
  const [network = "", bits = ""] = range.split("/");
  const kind = isIP(network) === 6 ? "ipv6" : "ipv4";
  if (isIP(network) === 0 || isIP(host) !== isIP(network) || !/^\d{1,3}$/.test(bits)) return false;
  const list = new BlockList();
  try {
    list.addSubnet(network, Number(bits), kind);
  } catch {
    return false;
  }
  return list.check(host, kind);
}
