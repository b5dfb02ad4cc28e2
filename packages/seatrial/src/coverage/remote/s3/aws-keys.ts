import { senseless } from "../answers.ts";
import type { Lent } from "../renewed.ts";

/** What requests to S3 are signed with. */
export interface AwsKeys {
  id: string;
  secret: string;
  token?: string | undefined;
  /** Where they are from, for people. */
  from: string;
}

/** How services of metadata tell keys. Fails with COVERAGE_STORAGE_INVALID. */
export function givenKeys(
  data: Record<string, unknown> | undefined,
  name: string,
  from: string,
): Lent<AwsKeys> {
  const { AccessKeyId: id, SecretAccessKey: secret, Token: token, Expiration: until } = data ?? {};
  if (typeof id !== "string" || typeof secret !== "string" || id === "" || secret === "")
    throw senseless(name, "has no keys");
  const expires = until === undefined || until === "" ? undefined : Date.parse(String(until));
  if (Number.isNaN(expires)) throw senseless(name, "has an Expiration that is no time");
  return {
    value: { id, secret, token: typeof token === "string" && token !== "" ? token : undefined, from },
    expires,
  };
}
