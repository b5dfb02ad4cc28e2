import { describeCredentials } from "../credentials.ts";
import type { Host } from "./host.ts";

/** Whose credentials were used with a registry, for messages. One that has not asked for any got none. */
export function loginOf({ authorization }: Host): string {
  const credentials = authorization.credentials();
  return credentials === undefined ? "without a login" : describeCredentials(credentials);
}
