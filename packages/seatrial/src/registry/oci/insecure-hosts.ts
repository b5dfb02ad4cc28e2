/**
 * Tells the servers that may be spoken to in plain text, or with a certificate that nobody vouches for. `hosts` are written as in
 * names of images: one without a port means the usual ports.
 */
export function insecureHosts(hosts: readonly string[]): (url: URL) => boolean {
  const chosen = new Set(hosts.flatMap((host) => ["http:", "https:"].map((scheme) => keyOf(scheme, host))));
  return (url) => chosen.has(keyOf(url.protocol, url.host));
}

/** URLs leave the usual port of their scheme out, and write names in small letters. */
function keyOf(scheme: string, host: string): string {
  return URL.canParse(`${scheme}//${host}`) ? new URL(`${scheme}//${host}`).origin : "";
}
