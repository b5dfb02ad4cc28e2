import { realpath } from "node:fs/promises";
import path from "node:path";
import { passedThrough, variablesIn, variablesOfEnvFile } from "./mentions.ts";
import { digestOf, readPlainFile } from "./plain-file.ts";
import { asFlag, asList, asRecord, asText } from "./value.ts";
import { parseComposeDocuments } from "./yaml.ts";

/** Everything outside of the program that the resolved file depends on. */
export interface ComposeInputs {
  /** Digest by path; null for a file that is not there and would count if it were. */
  files: Record<string, string | null>;
  variables: string[];
}

class NotUnderstood extends Error {}

/**
 * Follows the Compose files through `include`, `extends` and env files. Undefined when anything is not understood: a remote
 * or computed path, an unknown top-level key, YAML that does not parse, something that is no plain file.
 */
export async function scanInputs(options: {
  files: readonly string[];
  projectFolder: string;
  /** Those that count in place of `.env`. */
  envFiles?: readonly string[] | undefined;
}): Promise<ComposeInputs | undefined> {
  const scan: Scan = { files: {}, variables: new Set(), seen: new Set() };
  const base = path.dirname(options.files[0] ?? options.projectFolder);
  try {
    const usual = [base, options.projectFolder].map((folder) => path.join(folder, ".env"));
    for (const file of new Set(options.envFiles ?? usual)) await readEnvFile(scan, file);
    for (const file of options.files) await readComposeFile(scan, { file, bases: [base], required: true });
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined;
    throw error;
  }
  return { files: scan.files, variables: [...scan.variables].sort() };
}

interface Scan {
  files: Record<string, string | null>;
  variables: Set<string>;
  /** Compose files already followed, each with its bases. */
  seen: Set<string>;
}

interface ComposeFileRef {
  file: string;
  /** Folders that relative paths in it may start from: which one Compose takes depends on how it got there, so all count. */
  bases: string[];
  required: boolean;
}

const TOP_LEVEL = new Set([
  "version",
  "name",
  "include",
  "services",
  "networks",
  "volumes",
  "configs",
  "secrets",
]);

const MOST_BASES = 32;

async function readComposeFile(scan: Scan, { file, bases, required }: ComposeFileRef): Promise<boolean> {
  // Includes that lead back to themselves from ever new folders would never end.
  if (bases.length > MOST_BASES) throw new NotUnderstood(file);
  const key = [file, ...bases].join("\n");
  if (scan.seen.has(key)) return scan.files[file] !== null;
  scan.seen.add(key);
  const text = await readInput(scan, file);
  if (text === undefined) {
    if (required) throw new NotUnderstood(file);
    return false;
  }
  for (const name of variablesIn(text)) scan.variables.add(name);
  for (const document of await parse(text)) {
    for (const name of passedThrough(document)) {
      if (name.includes("$")) throw new NotUnderstood(name);
      scan.variables.add(name);
    }
    const folders = [path.dirname(file), path.dirname(await realpath(file))];
    await followDocument(scan, asRecord(document), [...new Set([...bases, ...folders])]);
  }
  return true;
}

async function parse(text: string): Promise<unknown[]> {
  try {
    return await parseComposeDocuments(text);
  } catch {
    throw new NotUnderstood("YAML");
  }
}

async function followDocument(scan: Scan, model: Record<string, unknown>, bases: string[]): Promise<void> {
  for (const key of Object.keys(model)) {
    if (!TOP_LEVEL.has(key) && !key.startsWith("x-")) throw new NotUnderstood(key);
  }
  for (const entry of asList(model["include"])) await followInclude(scan, entry, bases);
  for (const service of Object.values(asRecord(model["services"]))) {
    await followService(scan, asRecord(service), bases);
  }
}

async function followInclude(scan: Scan, entry: unknown, bases: string[]): Promise<void> {
  const include = typeof entry === "string" ? { path: entry } : asRecord(entry);
  const folder = include["project_directory"];
  const inner = [...bases, ...(folder === undefined ? [] : candidates(folder, bases))];
  for (const file of asList(include["path"])) {
    const found = await readAny(scan, candidates(file, bases), inner);
    for (const at of [...inner, ...found.map((there) => path.dirname(there))]) {
      await readEnvFile(scan, path.join(at, ".env"));
    }
  }
  for (const file of asList(include["env_file"])) await readEnvFiles(scan, candidates(file, bases));
}

async function followService(scan: Scan, service: Record<string, unknown>, bases: string[]): Promise<void> {
  if (service["label_file"] !== undefined) throw new NotUnderstood("label_file");
  const file = asRecord(service["extends"])["file"];
  if (file !== undefined) await readAny(scan, candidates(file, bases), bases);
  for (const entry of asList(service["env_file"])) {
    const settings = typeof entry === "string" ? { path: entry } : asRecord(entry);
    const found = await readEnvFiles(scan, candidates(settings["path"], bases));
    const optional = "required" in settings && !asFlag(settings["required"]);
    if (!found && !optional) throw new NotUnderstood("env_file");
  }
}

/** Where a path of a Compose file may point to. Fails for paths that are remote or have variables in them. */
function candidates(value: unknown, bases: readonly string[]): string[] {
  const text = asText(value);
  if (text === undefined || /[$:~]|^github\.com\//.test(text)) throw new NotUnderstood("path");
  return [...new Set(bases.map((base) => path.resolve(base, text)))];
}

async function readAny(scan: Scan, files: readonly string[], bases: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const file of files) {
    if (await readComposeFile(scan, { file, bases, required: false })) found.push(file);
  }
  if (found.length === 0) throw new NotUnderstood("file");
  return found;
}

async function readEnvFiles(scan: Scan, files: readonly string[]): Promise<boolean> {
  const found = await Promise.all(files.map((file) => readEnvFile(scan, file)));
  return found.includes(true);
}

async function readEnvFile(scan: Scan, file: string): Promise<boolean> {
  const text = await readInput(scan, file);
  for (const name of variablesOfEnvFile(text ?? "")) scan.variables.add(name);
  return text !== undefined;
}

async function readInput(scan: Scan, file: string): Promise<string | undefined> {
  const content = await readPlainFile(file);
  if (content === "strange") throw new NotUnderstood(file);
  scan.files[file] = content === undefined ? null : digestOf(content);
  return content?.toString();
}
