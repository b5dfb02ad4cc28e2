import { childrenOf, parseXml, textOf } from "../../../support/xml.ts";
import { coverageError } from "../../errors.ts";
import { below, parseEndpoint } from "../address.ts";
import { refusal, textOfAnswer } from "../answers.ts";
import { FORM, formOf } from "../form.ts";
import { mayBeShownSecrets } from "../nearby.ts";
import type { Lent } from "../renewed.ts";
import { readSecretFile } from "../secret-file.ts";
import type { SourceContext } from "../source-context.ts";
import type { Variables } from "../storage.ts";
import { type AwsKeys, givenKeys } from "./aws-keys.ts";
import { awsDomain, isRegion } from "./place.ts";

/** Keys of a role, for the token of a Kubernetes service account or of a CI system. */
export async function webIdentityKeys(
  { environment, http }: SourceContext,
  signal: AbortSignal,
): Promise<Lent<AwsKeys> | undefined> {
  const { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: role } = environment;
  if (!file || !role) return undefined;
  const token = await readSecretFile(file, "AWS_WEB_IDENTITY_TOKEN_FILE");
  const url = below(stsEndpoint(environment), "");
  const name = `role ${role} by web identity (STS, ${url.host})`;
  const body = formOf({
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: role,
    RoleSessionName: environment["AWS_ROLE_SESSION_NAME"] || "seatrial",
    WebIdentityToken: token,
  });
  const answer = await http.send({ name, method: "POST", url, headers: FORM, body }, signal);
  if (answer.status !== 200)
    throw await refusal({ answer, name, from: "token from AWS_WEB_IDENTITY_TOKEN_FILE", secrets: [token] });
  const root = parseXml(await textOfAnswer(answer, name));
  const [result] = childrenOf(root, "AssumeRoleWithWebIdentityResult");
  const [credentials] = childrenOf(result, "Credentials");
  const data = {
    AccessKeyId: textOf(credentials, "AccessKeyId"),
    SecretAccessKey: textOf(credentials, "SecretAccessKey"),
    Token: textOf(credentials, "SessionToken"),
    Expiration: textOf(credentials, "Expiration"),
  };
  return givenKeys(data, name, `keys of role ${role} by AWS_WEB_IDENTITY_TOKEN_FILE`);
}

function stsEndpoint(environment: Variables): URL {
  for (const variable of ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"]) {
    const text = environment[variable];
    if (!text) continue;
    const url = parseEndpoint(text, variable);
    if (mayBeShownSecrets(url)) return url;
    throw coverageError({
      code: "COVERAGE_CREDENTIALS_MISSING",
      message: `${variable} is ${url.origin}: the token of AWS_WEB_IDENTITY_TOKEN_FILE is sent over https:// only.`,
      hint: "Name the address of STS in AWS_ENDPOINT_URL_STS.",
    });
  }
  const region = environment["AWS_REGION"] || environment["AWS_DEFAULT_REGION"] || "";
  return new URL(
    isRegion(region) ? `https://sts.${region}.${awsDomain(region)}` : "https://sts.amazonaws.com",
  );
}
