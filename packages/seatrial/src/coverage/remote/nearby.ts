import { isIP } from "node:net";

/** ECS's and EKS's own addresses. */
const CONTAINER_HOSTS = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"];

/** True where secrets may come from: over TLS, or from this machine or its platform. */
export function mayTellSecrets(url: URL): boolean {
  if (url.protocol === "https:") return true;
  return url.protocol === "http:" && (isLoopback(url.hostname) || CONTAINER_HOSTS.includes(url.hostname));
}

/** The same, and private addresses, as those of a platform's identity endpoint. */
export function isNearby(url: URL): boolean {
  const host = url.hostname;
  const isPrivate = isIP(host) === 4 && /^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.)/.test(host);
  return mayTellSecrets(url) || (url.protocol === "http:" && isPrivate);
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || (isIP(host) === 4 && host.startsWith("127."));
}
