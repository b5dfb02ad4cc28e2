import { coverageError } from "../../errors.ts";
import { createRenewed, type Lent, type Renewed } from "../renewed.ts";
import type { SourceContext } from "../source-context.ts";
import type { Variables } from "../storage.ts";
import type { AwsKeys } from "./aws-keys.ts";
import { containerKeys } from "./container-keys.ts";
import { machineKeys } from "./machine-keys.ts";
import { profileOf } from "./profile.ts";
import { webIdentityKeys } from "./web-identity-keys.ts";

/** Keys from where Amazon's own tools look, in their order: the environment, a web identity, the shared file, the container, the machine. */
export function createAwsKeys(context: SourceContext): Renewed<AwsKeys> {
  const { environment } = context;
  const profile = profileOf(environment);
  const missing = () =>
    coverageError({
      code: "COVERAGE_CREDENTIALS_MISSING",
      message: `There are no credentials for S3: not in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_WEB_IDENTITY_TOKEN_FILE, ${profile.name}, AWS_CONTAINER_CREDENTIALS_FULL_URI, nor in this machine's metadata.`,
      hint: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    });
  return createRenewed({
    sources: [
      async () => environmentKeys(environment),
      (signal) => webIdentityKeys(context, signal),
      () => profile.keys(),
      (signal) => containerKeys(context, signal),
      (signal) => machineKeys(context, signal),
    ],
    missing,
  });
}

/** GS_ACCESS_KEY_ID and its secret: keys of Google Cloud Storage for its interface that speaks like S3. */
export function googleHmacKeys(environment: Variables): AwsKeys | undefined {
  const { GS_ACCESS_KEY_ID: id, GS_SECRET_ACCESS_KEY: secret } = environment;
  return id && secret ? { id, secret, from: "keys from GS_ACCESS_KEY_ID of the environment" } : undefined;
}

function environmentKeys(environment: Variables): Lent<AwsKeys> | undefined {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = environment;
  if (!id && !secret) return undefined;
  if (!id || !secret) {
    throw coverageError({
      code: "COVERAGE_CREDENTIALS_MISSING",
      message: "Of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY only one is set.",
    });
  }
  return {
    value: { id, secret, token: token || undefined, from: "keys from AWS_ACCESS_KEY_ID of the environment" },
  };
}
