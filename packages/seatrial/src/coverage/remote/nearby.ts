import { isIP } from "node:net";

/** ECS's and EKS's own addresses. */
const CONTAINER_HOSTS = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"];

/** True where secrets may be sent: over TLS, or to this machine. */
export function mayBeShownSecrets(url: URL): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
}

/** True where secrets may come from: over TLS, or from this machine or its platform. */
export function mayGiveSecrets(url: URL): boolean {
  return mayBeShownSecrets(url) || (url.protocol === "http:" && CONTAINER_HOSTS.includes(url.hostname));
}

/** The same, and private addresses, as those of a platform's identity endpoint. */
export function isNearby(url: URL): boolean {
  const host = url.hostname;
  const isPrivate = isIP(host) === 4 && /^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.)/.test(host);
  return mayGiveSecrets(url) || (url.protocol === "http:" && isPrivate);
}

/** True for the host of a URL that is this machine. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || (isIP(host) === 4 && host.startsWith("127."));
}
