import { readFile } from "node:fs/promises";
import { rootCertificates } from "node:tls";

/** Where distributions keep the authorities that the machine trusts; the first one counts. */
const SYSTEM_BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/cacert.pem",
  "/etc/ssl/cert.pem",
];

/** The authorities that this machine trusts, in PEM: as its other programs do, Node's own where it has none. */
export async function systemAuthorities(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string[]> {
  const read = async (file: string | undefined) =>
    file ? await readFile(file, "utf8").catch(() => undefined) : undefined;
  const extra = await read(environment["NODE_EXTRA_CA_CERTS"]);
  for (const file of [environment["SSL_CERT_FILE"], ...SYSTEM_BUNDLES]) {
    const bundle = await read(file);
    if (bundle !== undefined) return extra === undefined ? [bundle] : [bundle, extra];
  }
  return extra === undefined ? [...rootCertificates] : [...rootCertificates, extra];
}
