import { coverageError } from "../errors.ts";
import { printableName } from "../printable.ts";
import { isLoopback } from "./nearby.ts";

/** `scheme://bucket/prefix?settings` of a cloud. */
export interface BucketAddress {
  scheme: string;
  bucket: string;
  /** Without slashes around it; may be empty. */
  prefix: string;
  settings: Readonly<Record<string, string>>;
  /** Without secrets. */
  name: string;
}

const BUCKET = /^[A-Za-z0-9_$-][A-Za-z0-9._$-]{0,254}$/;

/** Takes only the settings that are named: a misspelt one must not be passed over. Fails with COVERAGE_STORAGE_UNKNOWN. */
export function parseBucketAddress(address: string, known: readonly string[]): BucketAddress {
  const name = withoutSecrets(address);
  const [, scheme = "", bucket = "", rest = "", query = ""] =
    /^([a-z0-9]+):\/\/([^/?]*)\/?([^?]*)(?:\?(.*))?$/is.exec(address) ?? [];
  if (!isBucket(bucket)) throw unknownAddress(name, "has no name of a bucket or an account after its //");
  const prefix = rest.replace(/^\/+|\/+$/g, "");
  if (prefix !== "" && !isKey(prefix)) throw unknownAddress(name, "has a part that is empty, . or ..");
  const settings = [...new URLSearchParams(query)];
  const names = settings.map(([setting]) => setting);
  const odd = names.find((each, at) => !known.includes(each) || names.indexOf(each) !== at);
  if (odd !== undefined)
    throw unknownAddress(
      name,
      `has ?${printableName(odd)}=, which is not known or said twice; known: ${known.join(", ")}`,
    );
  return { scheme: scheme.toLowerCase(), bucket, prefix, settings: Object.fromEntries(settings), name };
}

/** True for what may be a bucket, an account or a container: a part of host names and paths. */
export function isBucket(name: string): boolean {
  return BUCKET.test(name);
}

/** True for a relative path with slashes that stays where it is. */
export function isKey(key: string): boolean {
  return !/[\0\\]/.test(key) && key.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

/** The address of a server that is not the cloud's own; without a scheme https, and http on this machine. Fails with COVERAGE_STORAGE_UNKNOWN. */
export function parseEndpoint(text: string, from: string): URL {
  const url = parseWhole(text.includes("://") ? text : `https://${text}`, from);
  return text.includes("://") || !isLoopback(url.hostname) ? url : parseWhole(`http://${text}`, from);
}

/** The same for servers that are shown no credentials, such as emulators and metadata services: without a scheme http. */
export function parsePlainEndpoint(text: string, from: string): URL {
  return parseWhole(text.includes("://") ? text : `http://${text}`, from);
}

function parseWhole(whole: string, from: string): URL {
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  const isPlain =
    url !== undefined && /^https?:$/.test(url.protocol) && url.username === "" && url.search === "";
  if (url === undefined || !isPlain)
    throw unknownAddress(from, "is no address of a server, such as https://storage.example.com");
  return url;
}

/** A URL below another one, its path encoded already. */
export function below(base: URL, path: string, query = ""): URL {
  const url = new URL(base);
  url.pathname = `${base.pathname.replace(/\/$/, "")}/${path}`;
  url.search = query;
  return url;
}

/** An address without what may be secret: its user and all that follows a question mark. */
export function withoutSecrets(address: string): string {
  return printableName(address.replace(/[?#].*$/s, "").replace(/^([a-z0-9+.-]+:\/\/)[^/]*@/i, "$1"));
}

export function unknownAddress(name: string, what: string) {
  return coverageError({
    code: "COVERAGE_STORAGE_UNKNOWN",
    message: `${name} ${what}.`,
    hint: "s3://bucket/prefix, gs://bucket/prefix, az://account/container/prefix, https://…, http://… and folders are known.",
  });
}
