import { readFile } from "node:fs/promises";
import path from "node:path";
import { BSON, type Document } from "mongodb";
import { messageOf, type ToolError } from "../../support/error.ts";
import { spaceError } from "../errors.ts";
import { type FileOptions, runScript } from "./run-script.ts";

/**
 * Puts a file into the template: `users.json` is documents of the collection `users`, as one list or one a line, in MongoDB's extended
 * JSON; `x.js` is run by the shell of the server's image. Fails with TEMPLATE_FAILED.
 */
export async function loadFile(options: FileOptions): Promise<void> {
  const { server, mongo, database, file, signal } = options;
  const fail = (what: string, cause?: unknown, lastLines?: string[]): ToolError =>
    spaceError({
      code: "TEMPLATE_FAILED",
      message: `the template of ${server.service} could not be built from ${file}: ${what}`,
      cause,
      lastLines,
    });
  const kind = path.extname(file);
  if (kind !== ".json" && kind !== ".js") throw fail("only .json and .js are known for MongoDB");
  const content = await readFile(file, { encoding: "utf8", signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw fail(messageOf(error), error);
  });
  if (kind === ".js") {
    await runScript({ ...options, script: content, fail });
    return;
  }
  let documents: Document[];
  try {
    documents = parseDocuments(content);
  } catch (error) {
    throw fail(messageOf(error), error);
  }
  const doing = `adding the documents of ${file}`;
  await mongo.insert(path.basename(file, kind), documents, { database, doing, signal });
}

/** Numbers and dates as the extended JSON says them. */
function parseDocuments(text: string): Document[] {
  const parse = (json: string): unknown => BSON.EJSON.parse(json, { relaxed: false });
  if (text.trimStart().startsWith("[")) return parse(text) as Document[];
  return text.split("\n").flatMap((line, at) => {
    if (line.trim() === "") return [];
    try {
      return [parse(line) as Document];
    } catch (error) {
      throw new Error(`line ${at + 1}: ${messageOf(error)}`);
    }
  });
}
