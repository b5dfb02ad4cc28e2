import { isToolError } from "../../../support/error.ts";
import { coverageError } from "../../errors.ts";
import { below, isBucket, parseEndpoint } from "../address.ts";
import type { Bearer } from "../bearer.ts";
import { isNearby, mayBeShownSecrets } from "../nearby.ts";
import { encodeQuery } from "../percent-encode.ts";
import { createRenewed, type Lent, type Renewed } from "../renewed.ts";
import { readSecretFile } from "../secret-file.ts";
import type { SourceContext } from "../source-context.ts";
import { askToken, environmentToken, givenToken } from "../tokens.ts";

const RESOURCE = "https://storage.azure.com/";
const METADATA = "http://169.254.169.254";

/** Tokens from the environment, the workload's or the application's identity, the platform's identity endpoint, the machine's metadata. */
export function createAzureTokens(context: SourceContext): Renewed<Bearer> {
  return createRenewed({
    sources: [
      async () => environmentToken(context.environment, ["AZURE_STORAGE_ACCESS_TOKEN"]),
      (signal) => applicationToken(context, signal),
      (signal) => platformToken(context, signal),
      (signal) => machineToken(context, signal),
    ],
    missing: () =>
      missing(
        "There are no credentials for Azure Blob Storage: not in the URL, AZURE_STORAGE_SAS_TOKEN, AZURE_STORAGE_ACCESS_TOKEN, AZURE_FEDERATED_TOKEN_FILE, AZURE_CLIENT_SECRET, IDENTITY_ENDPOINT, nor in this machine's metadata.",
        "AZURE_STORAGE_ACCESS_TOKEN=$(az account get-access-token --resource https://storage.azure.com/ --query accessToken -o tsv)",
      ),
  });
}

async function applicationToken(
  { environment, http }: SourceContext,
  signal: AbortSignal,
): Promise<Lent<Bearer> | undefined> {
  const { AZURE_CLIENT_ID: client, AZURE_TENANT_ID: tenant, AZURE_FEDERATED_TOKEN_FILE: file } = environment;
  const secret = environment["AZURE_CLIENT_SECRET"];
  if (!client || !tenant || !(file || secret)) return undefined;
  const text = environment["AZURE_AUTHORITY_HOST"] || "https://login.microsoftonline.com";
  const authority = parseEndpoint(text, "AZURE_AUTHORITY_HOST");
  if (!mayBeShownSecrets(authority) || !isBucket(tenant))
    throw missing(
      "AZURE_AUTHORITY_HOST is neither https:// nor on this machine, or AZURE_TENANT_ID is no id.",
    );
  // Kubernetes writes it anew from time to time.
  const assertion = file ? await readSecretFile(file, "AZURE_FEDERATED_TOKEN_FILE") : undefined;
  const proof: Record<string, string> =
    assertion === undefined
      ? { client_secret: secret ?? "" }
      : {
          client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
          client_assertion: assertion,
        };
  const form = {
    client_id: client,
    scope: `${RESOURCE}.default`,
    grant_type: "client_credentials",
    ...proof,
  };
  const by = assertion === undefined ? "AZURE_CLIENT_SECRET" : "AZURE_FEDERATED_TOKEN_FILE";
  const name = `token of application ${client} by ${by} (${authority.host})`;
  const url = below(authority, `${tenant}/oauth2/v2.0/token`);
  return await askToken({ http, url, form, name, secrets: [assertion, secret] }, signal);
}

async function platformToken(
  { environment, metadata }: SourceContext,
  signal: AbortSignal,
): Promise<Lent<Bearer> | undefined> {
  const { IDENTITY_ENDPOINT: text, IDENTITY_HEADER: secret } = environment;
  if (!text || !secret) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !isNearby(url))
    throw missing("IDENTITY_ENDPOINT is no address of this machine or its network.");
  const name = `token of the platform's identity (IDENTITY_ENDPOINT, ${url.host})`;
  url.search = queryOf("2019-08-01", environment["AZURE_CLIENT_ID"]);
  const answer = await metadata.send(
    { name, method: "GET", url, headers: { "x-identity-header": secret } },
    signal,
  );
  return await givenToken({ answer, name, secrets: [secret] });
}

async function machineToken(
  { environment, metadata }: SourceContext,
  signal: AbortSignal,
): Promise<Lent<Bearer> | undefined> {
  const origin = new URL(environment["AZURE_POD_IDENTITY_AUTHORITY_HOST"] || METADATA);
  const name = `token of the machine's managed identity (${origin.host})`;
  const url = below(
    origin,
    "metadata/identity/oauth2/token",
    queryOf("2018-02-01", environment["AZURE_CLIENT_ID"]),
  );
  const answer = await metadata
    .send({ name, method: "GET", url, headers: { metadata: "true" } }, signal)
    .catch((error: unknown) => {
      // Nobody is there: this is no such machine.
      if (!signal.aborted && isToolError(error, "COVERAGE_STORAGE_UNREACHABLE")) return undefined;
      throw error;
    });
  return answer === undefined ? undefined : await givenToken({ answer, name });
}

function queryOf(version: string, client: string | undefined): string {
  return encodeQuery({
    "api-version": version,
    resource: RESOURCE,
    ...(client ? { client_id: client } : {}),
  });
}

function missing(message: string, hint?: string) {
  return coverageError({ code: "COVERAGE_CREDENTIALS_MISSING", message, hint });
}
