import { isToolError } from "../../../support/error.ts";
import { coverageError } from "../../errors.ts";
import { below, parsePlainEndpoint } from "../address.ts";
import { jsonOf, refusal, senseless, textOfAnswer } from "../answers.ts";
import type { HttpAnswer } from "../http-client.ts";
import type { Lent } from "../renewed.ts";
import type { SourceContext } from "../source-context.ts";
import { type AwsKeys, givenKeys } from "./aws-keys.ts";

const METADATA = "http://169.254.169.254";
const ROLES = "latest/meta-data/iam/security-credentials/";

/** Keys of an EC2 machine's role, by version 2 of its metadata service only: the first one answers whoever tricks a program into asking. */
export async function machineKeys(
  { environment, metadata }: SourceContext,
  signal: AbortSignal,
): Promise<Lent<AwsKeys> | undefined> {
  if (environment["AWS_EC2_METADATA_DISABLED"]?.toLowerCase() === "true") return undefined;
  const variable = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
  const origin = parsePlainEndpoint(environment[variable] || METADATA, variable);
  const name = `metadata of the machine (${origin.host})`;
  const headers = { "x-aws-ec2-metadata-token-ttl-seconds": "300" };
  const url = below(origin, "latest/api/token");
  const opened = await metadata
    .send({ name, method: "PUT", url, headers }, signal)
    .catch((error: unknown) => {
      // Nobody is there: this is no such machine.
      if (!signal.aborted && isToolError(error, "COVERAGE_STORAGE_UNREACHABLE")) return undefined;
      throw error;
    });
  if (opened === undefined) return undefined;
  if (opened.status !== 200)
    throw await refusal({ answer: opened, name, from: "is version 2 of the metadata service switched on?" });
  const token = (await textOfAnswer(opened, name)).trim();
  if (!/^[\x21-\x7e]{1,4096}$/.test(token) || token.startsWith("<")) throw senseless(name, "is no token");

  const ask = async (path: string) => {
    const request = {
      name,
      method: "GET",
      url: below(origin, path),
      headers: { "x-aws-ec2-metadata-token": token },
    } as const;
    return await textOf(await metadata.send(request, signal));
  };
  const textOf = async (answer: HttpAnswer) => {
    if (answer.status === 200) return await textOfAnswer(answer, name);
    if (answer.status !== 404) throw await refusal({ answer, name, secrets: [token] });
    throw coverageError({
      code: "COVERAGE_CREDENTIALS_MISSING",
      message: `This machine has no role, by its ${name}.`,
      hint: "Attach an instance profile that may read the bucket.",
    });
  };
  const role = (await ask(ROLES)).trim().split(/\s/)[0] ?? "";
  if (!/^[\w+=,.@-]{1,128}$/.test(role) || /^\.+$/.test(role)) throw senseless(name, "is no name of a role");
  return givenKeys(
    jsonOf(await ask(`${ROLES}${role}`)),
    name,
    `keys of role ${role} from the machine's metadata`,
  );
}
