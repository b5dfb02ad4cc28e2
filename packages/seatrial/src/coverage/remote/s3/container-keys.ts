import { coverageError } from "../../errors.ts";
import { jsonOf, refusal, textOfAnswer } from "../answers.ts";
import { mayGiveSecrets } from "../nearby.ts";
import type { Lent } from "../renewed.ts";
import { readSecretFile } from "../secret-file.ts";
import type { SourceContext } from "../source-context.ts";
import { type AwsKeys, givenKeys } from "./aws-keys.ts";

const ECS = "http://169.254.170.2";

/** Keys from the endpoint that ECS, EKS and others give to their containers. */
export async function containerKeys(
  { environment, metadata }: SourceContext,
  signal: AbortSignal,
): Promise<Lent<AwsKeys> | undefined> {
  const relative = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"];
  const variable = relative ? "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI" : "AWS_CONTAINER_CREDENTIALS_FULL_URI";
  const address = relative ? `${ECS}/${relative.replace(/^\//, "")}` : environment[variable];
  if (!address) return undefined;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !mayGiveSecrets(url)) {
    throw coverageError({
      code: "COVERAGE_CREDENTIALS_MISSING",
      message: `${variable} is neither https:// nor an address of this machine or of ECS and EKS.`,
    });
  }
  const file = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"];
  const token = file
    ? await readSecretFile(file, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
    : environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"];
  const name = `credentials of the container (${variable}, ${url.host})`;
  const headers = { accept: "application/json", ...(token ? { authorization: token } : {}) };
  const answer = await metadata.send({ name, method: "GET", url, headers }, signal);
  if (answer.status !== 200) throw await refusal({ answer, name, secrets: [token] });
  return givenKeys(jsonOf(await textOfAnswer(answer, name)), name, `keys from ${variable}`);
}
