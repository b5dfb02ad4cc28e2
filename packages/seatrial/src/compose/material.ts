import { readFile, stat } from "node:fs/promises";
import type { FileSpec } from "../model/index.ts";
import { formatBytes } from "../model/index.ts";
import type { ServiceContext } from "./context.ts";
import { nameFiles } from "./document.ts";
import { composeError } from "./errors.ts";
import { asText, isBlank } from "./value.ts";

export interface MaterialRef {
  section: "configs" | "secrets";
  name: string;
}

const LARGEST_SECRET = 1_000_000;

/** Where the content of a config or secret comes from. Values of secrets are recorded, so that they are never shown. */
export async function readMaterial(context: ServiceContext, ref: MaterialRef): Promise<FileSpec["from"]> {
  const entry = entryOf(context, ref);
  const secret = ref.section === "secrets";
  const file = asText(entry["file"]);
  if (file !== undefined) {
    const size = await sizeOfFile(context, { ref, file });
    return secret ? await readSecretFile(context, { ref, file, size }) : { kind: "path", path: file };
  }
  const variable = asText(entry["environment"]);
  const content = variable === undefined ? asText(entry["content"]) : variableOf(context, ref, variable);
  if (secret && content !== undefined) context.secret(content);
  return { kind: "content", content: content ?? "", secret };
}

/** The definition of a config or secret. Fails for those that live outside of the Compose file. */
function entryOf(context: ServiceContext, ref: MaterialRef): Record<string, unknown> {
  const entry = context.compose[ref.section][ref.name] ?? {};
  const outside = ["external", "driver", "template_driver"].find((key) => !isBlank(entry[key]));
  if (outside !== undefined) {
    throw context.refusal({
      key: `${ref.section}: ${ref.name}`,
      why: `it is defined elsewhere (${outside}), where a run cannot read it`,
      hint: "Give it a `file:` or `environment:` in an override file that only Seatrial reads.",
    });
  }
  return entry;
}

/** The value of a variable that a config or secret refers to, from the environment or from `.env`. */
export function variableOf(context: ServiceContext, ref: MaterialRef, variable: string): string {
  const value = context.environment[variable] ?? context.compose.dotenv[variable];
  if (value !== undefined) return value;
  throw composeError({
    code: "COMPOSE_INVALID",
    message: `${placeOf(context, ref)} takes its value from the variable ${variable}, which is not set.`,
    hint: `Set ${variable} in the environment or in the project's .env file.`,
  });
}

async function sizeOfFile(
  context: ServiceContext,
  { ref, file }: { ref: MaterialRef; file: string },
): Promise<number> {
  const stats = await stat(file).catch((cause: unknown) => {
    throw composeError({
      code: "COMPOSE_SOURCE_MISSING",
      message: `${placeOf(context, ref)} is read from ${file}, which cannot be found or read.`,
      hint: "Create the file, or correct the path.",
      cause,
    });
  });
  if (stats.isFile()) return stats.size;
  throw context.refusal({
    key: `${ref.section}: ${ref.name}`,
    why: `${file} is no plain file`,
    hint: undefined,
  });
}

async function readSecretFile(
  context: ServiceContext,
  { ref, file, size }: { ref: MaterialRef; file: string; size: number },
): Promise<FileSpec["from"]> {
  if (size > LARGEST_SECRET) {
    const why = `${file} has ${formatBytes(size)}, and a secret may have ${formatBytes(LARGEST_SECRET)}`;
    throw context.refusal({ key: `secrets: ${ref.name}`, why, hint: "Mount it as a volume or config." });
  }
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw composeError({
      code: "COMPOSE_SOURCE_MISSING",
      message: `${placeOf(context, ref)} cannot be read from ${file}.`,
      hint: "Check the permissions of the file.",
      cause,
    });
  });
  const content = bytes.toString();
  context.secret(content.trim());
  // Bytes that are no text would not survive as a string.
  return Buffer.from(content).equals(bytes)
    ? { kind: "content", content, secret: true }
    : { kind: "path", path: file, secret: true };
}

function placeOf({ name, compose }: ServiceContext, ref: MaterialRef): string {
  return `${ref.section === "secrets" ? "Secret" : "Config"} ${ref.name} of service ${name} (${nameFiles(compose)})`;
}
