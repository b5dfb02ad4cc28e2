import { type BucketAddress, below, parseBucketAddress, parseEndpoint, unknownAddress } from "../address.ts";
import type { Variables } from "../storage.ts";

/** A bucket of S3 or of a server that speaks like it. */
export interface S3Place {
  address: BucketAddress;
  /** Absent: Amazon's own. */
  endpoint?: URL | undefined;
  /** The bucket is a part of the path, not of the host's name. */
  isPathStyle: boolean;
  region: string;
}

/** Reads `s3://bucket/prefix?endpoint=…&region=…&path-style=1`, with AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL and AWS_REGION for what it does not say. */
export function s3PlaceOf(text: string, environment: Variables, profileRegion?: string): S3Place {
  const address = parseBucketAddress(text, ["endpoint", "region", "path-style"]);
  const { settings, name, bucket } = address;
  const endpoint = endpointOf(settings["endpoint"], environment);
  const region =
    settings["region"] ||
    environment["AWS_REGION"] ||
    environment["AWS_DEFAULT_REGION"] ||
    profileRegion ||
    "us-east-1";
  if (!isRegion(region)) throw unknownAddress(name, "has a region that is none");
  const style = settings["path-style"];
  if (style !== undefined && !/^([01]|true|false)$/.test(style))
    throw unknownAddress(name, "has ?path-style= that is not 1 or 0");
  // Only Amazon's own names are sure to have one below them for each bucket, and its certificates do not cover names with dots.
  const isPathStyle =
    style === undefined ? endpoint !== undefined || /[.A-Z]/.test(bucket) : ["1", "true"].includes(style);
  return { address, endpoint, isPathStyle, region };
}

/** The bucket's URL, without a slash at its end unless it is the root. */
export function bucketUrl({ address, endpoint, isPathStyle, region }: S3Place): URL {
  const base = new URL(endpoint ?? `https://s3.${region}.${awsDomain(region)}`);
  if (isPathStyle) return below(base, address.bucket);
  base.host = `${address.bucket}.${base.host}`;
  return base;
}

/** True for what may become a part of a host's name. */
export function isRegion(name: string): boolean {
  return /^[a-z0-9-]{1,40}$/.test(name);
}

export function awsDomain(region: string): string {
  return region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}

function endpointOf(given: string | undefined, environment: Variables): URL | undefined {
  if (given) return parseEndpoint(given, "?endpoint=");
  for (const variable of ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]) {
    const text = environment[variable];
    if (text) return parseEndpoint(text, variable);
  }
  return undefined;
}
