import { createSign } from "node:crypto";
import { stat } from "node:fs/promises";
import path from "node:path";
import { isToolError, messageOf } from "../../../support/error.ts";
import { coverageError } from "../../errors.ts";
import { below, parsePlainEndpoint } from "../address.ts";
import { jsonOf } from "../answers.ts";
import type { Bearer } from "../bearer.ts";
import { mayBeShownSecrets } from "../nearby.ts";
import { createRenewed, type Lent, type Renewed } from "../renewed.ts";
import { readSecretFile } from "../secret-file.ts";
import type { SourceContext } from "../source-context.ts";
import { askToken, environmentToken, givenToken } from "../tokens.ts";

const SCOPE = "https://www.googleapis.com/auth/devstorage.read_only";
const TOKENS = "https://oauth2.googleapis.com/token";
/** The address, not the name metadata.google.internal: it cannot be resolved to another place. */
const METADATA = "http://169.254.169.254";

/** Tokens from where Google's own tools look: the environment, the file of credentials, the metadata of the machine. */
export function createGoogleTokens(context: SourceContext): Renewed<Bearer> {
  const { environment } = context;
  return createRenewed({
    sources: [
      async () => environmentToken(environment, ["GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN"]),
      (signal) => fileToken(context, signal),
      (signal) => machineToken(context, signal),
    ],
    missing: () =>
      coverageError({
        code: "COVERAGE_CREDENTIALS_MISSING",
        message:
          "There are no credentials for Google Cloud Storage: not in GS_ACCESS_KEY_ID and GS_SECRET_ACCESS_KEY, GOOGLE_OAUTH_ACCESS_TOKEN, GOOGLE_APPLICATION_CREDENTIALS, nor in this machine's metadata.",
        hint: "gcloud auth application-default login",
      }),
  });
}

/** By GOOGLE_APPLICATION_CREDENTIALS, or what `gcloud auth application-default login` wrote. */
async function fileToken(
  { environment, http }: SourceContext,
  signal: AbortSignal,
): Promise<Lent<Bearer> | undefined> {
  const given = environment["GOOGLE_APPLICATION_CREDENTIALS"];
  const usual = path.join(environment["HOME"] ?? "", ".config/gcloud/application_default_credentials.json");
  const file = given || ((await stat(usual).catch(() => undefined)) === undefined ? undefined : usual);
  if (file === undefined) return undefined;
  const from = given ? "GOOGLE_APPLICATION_CREDENTIALS" : "gcloud's application default credentials";
  const data = jsonOf(await readSecretFile(file, from)) ?? {};
  const field = (name: string) => (typeof data[name] === "string" ? data[name] : "");
  const address = field("token_uri") || TOKENS;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !mayBeShownSecrets(url))
    throw unusable(file, from, "token_uri is neither https:// nor on this machine");
  if (field("type") === "authorized_user") {
    const secrets = [field("client_secret"), field("refresh_token")];
    const form = {
      grant_type: "refresh_token",
      client_id: field("client_id"),
      client_secret: field("client_secret"),
      refresh_token: field("refresh_token"),
    };
    return await askToken({ http, url, form, name: `token by ${from} (${url.host})`, secrets }, signal);
  }
  if (field("type") !== "service_account")
    throw unusable(file, from, `credentials of type ${JSON.stringify(data["type"])} are not read here`);
  const assertion = assertionOf({
    email: field("client_email"),
    key: field("private_key"),
    id: field("private_key_id"),
    audience: address,
    from,
    file,
  });
  const form = { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion };
  const name = `token of ${field("client_email")} by ${from} (${url.host})`;
  return await askToken({ http, url, form, name, secrets: [assertion] }, signal);
}

/** The account's own word that it is the account, signed for an hour (RFC 7523). */
function assertionOf(options: {
  email: string;
  key: string;
  id: string;
  audience: string;
  from: string;
  file: string;
}): string {
  const now = Math.floor(Date.now() / 1_000);
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const head = part({ alg: "RS256", typ: "JWT", kid: options.id });
  const claims = part({
    iss: options.email,
    scope: SCOPE,
    aud: options.audience,
    iat: now,
    exp: now + 3_600,
  });
  try {
    const signature = createSign("RSA-SHA256").update(`${head}.${claims}`).sign(options.key, "base64url");
    return `${head}.${claims}.${signature}`;
  } catch {
    throw unusable(options.file, options.from, "private_key is no key that can sign");
  }
}

async function machineToken(
  { environment, metadata }: SourceContext,
  signal: AbortSignal,
): Promise<Lent<Bearer> | undefined> {
  const origin = parsePlainEndpoint(
    environment["GCE_METADATA_HOST"] || environment["GCE_METADATA_IP"] || METADATA,
    "GCE_METADATA_HOST",
  );
  const name = `token of the machine's service account (${origin.host})`;
  const url = below(origin, "computeMetadata/v1/instance/service-accounts/default/token");
  const answer = await metadata
    .send({ name, method: "GET", url, headers: { "metadata-flavor": "Google" } }, signal)
    .catch((error: unknown) => {
      // Nobody is there: this is no such machine.
      if (!signal.aborted && isToolError(error, "COVERAGE_STORAGE_UNREACHABLE")) return undefined;
      throw error;
    });
  // Other clouds have their metadata at the same address.
  if (answer?.headers["metadata-flavor"] !== "Google") return undefined;
  return await givenToken({ answer, name });
}

function unusable(file: string, from: string, why: unknown) {
  return coverageError({
    code: "COVERAGE_CREDENTIALS_MISSING",
    message: `${from} (${file}): ${messageOf(why)}.`,
  });
}
