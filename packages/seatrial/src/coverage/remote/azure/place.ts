import { isIP } from "node:net";
import {
  below,
  isBucket,
  isKey,
  parseBucketAddress,
  parseEndpoint,
  unknownAddress,
  withoutSecrets,
} from "../address.ts";
import { encodeKey, percentDecode } from "../percent-encode.ts";

/** A container of Azure Blob Storage. */
export interface BlobPlace {
  /** Without secrets. */
  name: string;
  /** Without a query. */
  container: URL;
  /** Empty, or ends with a slash. */
  root: string;
  /** A shared access signature: what follows the question mark. */
  sas?: string | undefined;
}

const HOSTS = /\.blob\.core\.(windows\.net|usgovcloudapi\.net|chinacloudapi\.cn)$/i;

/** True for a URL of Azure's own, or one that carries a shared access signature. */
export function isBlobUrl(url: URL): boolean {
  return HOSTS.test(url.hostname) || (url.searchParams.has("sig") && url.searchParams.has("sv"));
}

/** `https://account.blob.core.windows.net/container/prefix`, with or without a signature. */
export function blobPlaceOfUrl(url: URL): BlobPlace {
  const name = withoutSecrets(url.href);
  const path = (percentDecode(url.pathname) ?? "").replace(/^\/+|\/+$/g, "");
  // Emulators stand at an address, and have the account in the path.
  const depth = url.hostname === "localhost" || isIP(url.hostname.replace(/^\[|\]$/g, "")) !== 0 ? 2 : 1;
  const parts = path.split("/");
  if (!isKey(path) || parts.length < depth || url.username !== "")
    throw unknownAddress(name, "is not https://account.blob.core.windows.net/container/prefix");
  const container = below(new URL(url.origin), encodeKey(parts.slice(0, depth).join("/")));
  return { name, container, root: rootOf(parts.slice(depth)), sas: url.search.slice(1) || undefined };
}

/** `az://account/container/prefix`. */
export function blobPlaceOfAddress(text: string): BlobPlace {
  const { bucket: account, prefix, settings, name } = parseBucketAddress(text, ["endpoint"]);
  const [container = "", ...rest] = prefix.split("/");
  if (!isBucket(container)) throw unknownAddress(name, "has no container: az://account/container/prefix");
  const given = settings["endpoint"];
  const endpoint = given
    ? parseEndpoint(given, "?endpoint=")
    : new URL(`https://${account}.blob.core.windows.net`);
  return { name, container: below(endpoint, container), root: rootOf(rest) };
}

function rootOf(parts: readonly string[]): string {
  return parts.length === 0 ? "" : `${parts.join("/")}/`;
}
