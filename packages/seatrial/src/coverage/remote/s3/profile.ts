import { readFile } from "node:fs/promises";
import path from "node:path";
import { coverageError } from "../../errors.ts";
import type { Lent } from "../renewed.ts";
import type { Variables } from "../storage.ts";
import type { AwsKeys } from "./aws-keys.ts";

/** The shared credentials file, and the profile of it that counts. */
export interface AwsProfile {
  /** For people. */
  name: string;
  keys(): Promise<Lent<AwsKeys> | undefined>;
  region(): Promise<string | undefined>;
}

/** By AWS_PROFILE, AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE. A profile that somebody named must be there, with keys. */
export function profileOf(environment: Variables): AwsProfile {
  const chosen = environment["AWS_PROFILE"] || undefined;
  const profile = chosen ?? "default";
  const home = environment["HOME"] ?? "";
  const file = environment["AWS_SHARED_CREDENTIALS_FILE"] || path.join(home, ".aws/credentials");
  const config = environment["AWS_CONFIG_FILE"] || path.join(home, ".aws/config");
  const name = `profile ${profile} of ${file}`;
  return {
    name,
    async keys() {
      const settings = await readIni(file, [profile]);
      const id = settings?.["aws_access_key_id"];
      const secret = settings?.["aws_secret_access_key"];
      if (id && secret)
        return { value: { id, secret, token: settings?.["aws_session_token"], from: `keys from ${name}` } };
      if (chosen === undefined) return undefined;
      throw coverageError({
        code: "COVERAGE_CREDENTIALS_MISSING",
        message: `AWS_PROFILE: ${settings === undefined ? `there is no ${name}` : `${name} has no keys in it`}.`,
        hint: "Roles, single sign-on and credential processes are not read here: `aws configure export-credentials --format env` prints their keys.",
      });
    },
    region: async () => (await readIni(config, [profile, `profile ${profile}`]))?.["region"],
  };
}

/** A section by any of its names; undefined where there is no such file or section. */
async function readIni(file: string, names: readonly string[]): Promise<Record<string, string> | undefined> {
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT" || cause.code === "ENOTDIR") return undefined;
    throw coverageError({
      code: "COVERAGE_CREDENTIALS_MISSING",
      message: `${file} cannot be read: ${cause.code}.`,
      cause,
    });
  });
  let section: Record<string, string> | undefined;
  let isInside = false;
  for (const line of text?.split(/\r?\n/) ?? []) {
    // What is indented belongs to a setting of several lines, which none of those read here is.
    if (/^\s|^[#;]/.test(line)) continue;
    const head = /^\[\s*(.*?)\s*\]/.exec(line)?.[1]?.replace(/\s+/g, " ");
    if (head !== undefined) {
      isInside = names.includes(head);
      if (isInside) section ??= {};
      continue;
    }
    const [, setting, value] = /^([^=]+?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (isInside && section !== undefined && setting !== undefined && value !== undefined)
      section[setting.toLowerCase()] = value;
  }
  return section;
}
