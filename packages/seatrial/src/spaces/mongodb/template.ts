import { messageOf, type ToolError } from "../../support/error.ts";
import { spaceError } from "../errors.ts";
import type { MadeSpace, MakerOptions } from "../maker.ts";
import { valuesAt, variablesOf } from "./address.ts";
import { createCollections, readCollections } from "./collections.ts";
import { copyDocuments, countDocuments } from "./documents.ts";
import { loadFile } from "./load-file.ts";
import type { Login } from "./login.ts";
import type { Mongo } from "./mongo.ts";
import { dropDatabase, type Template } from "./space.ts";
import { createUser, shutOut } from "./users.ts";

export interface TemplateOptions extends MakerOptions {
  mongo: Mongo;
  login: Login | undefined;
  password: string;
  spaceOf: (name: string, password: string) => MadeSpace;
}

const CLEAN_MS = 10_000;

/** Builds what every space begins with, and lets nobody but the administrator in. Fails with TEMPLATE_FAILED. */
export async function buildTemplate(options: TemplateOptions): Promise<Template> {
  const { plan, mongo, signal } = options;
  const { from, steps } = plan.template;
  if (from === undefined && steps.length === 0) {
    return { database: "", collections: [], filled: new Set(), documentCount: 0 };
  }
  const database = `${options.prefix}template`;
  const doing = `building the template of ${plan.name}`;
  const place = { database, doing, signal };
  const hasUsers = options.login !== undefined;
  const own = { name: database, doing, signal };
  try {
    await dropDatabase(mongo, { ...own, hasUsers });
    if (hasUsers) await createUser(mongo, options.password, own);
    if (from !== undefined) await copyFrom(from, { ...options, database });
    for (const step of steps) await carryOut(step, { ...options, database });
    if (hasUsers) await shutOut(mongo, own);
    return { database, ...(await readTemplate(mongo, place)) };
  } catch (error) {
    // Why it failed counts; what is left of it has a name that the broker finds.
    await dropDatabase(mongo, { ...own, hasUsers, signal: AbortSignal.timeout(CLEAN_MS) }).catch(
      () => undefined,
    );
    signal.throwIfAborted();
    throw asTemplateFailure(error, options);
  }
}

async function copyFrom(from: string, options: TemplateOptions & { database: string }): Promise<void> {
  const { mongo, plan, database, signal } = options;
  options.onNote(`${plan.name}: copying its template from the database ${from}`);
  const doing = `reading the database ${from}`;
  const collections = await readCollections(mongo, { database: from, doing, signal });
  if (collections.length === 0) {
    throw failed(options, `it has no database ${from}, or nothing is in it`);
  }
  await createCollections(mongo, collections, { database, doing, signal });
  for (const each of collections) {
    if (each.kind !== "view") await copyDocuments(mongo, each, { from, to: database, doing, signal });
  }
}

async function carryOut(
  step: MakerOptions["plan"]["template"]["steps"][number],
  options: TemplateOptions & { database: string },
): Promise<void> {
  const { plan, server, database, signal } = options;
  if (step.kind === "files") {
    for (const file of step.files) {
      options.onNote(`${plan.name}: building its template (${file})`);
      await loadFile({ ...options, file });
    }
    return;
  }
  const what = step.kind === "command" ? step.argv.join(" ") : `service ${step.service}`;
  options.onNote(`${plan.name}: building its template (${what})`);
  const values = valuesAt(options.spaceOf(database, options.password), {
    host: server.service,
    port: server.port,
  });
  await options.runStep({ step, values, env: variablesOf(values) }, signal);
}

async function readTemplate(
  mongo: Mongo,
  place: { database: string; doing: string; signal: AbortSignal },
): Promise<Omit<Template, "database">> {
  const collections = await readCollections(mongo, place);
  const filled = new Set<string>();
  let documentCount = 0;
  for (const { name, kind } of collections) {
    if (kind === "view") continue;
    const count = await countDocuments(mongo, name, place);
    if (count > 0) filled.add(name);
    documentCount += count;
  }
  return { collections, filled, documentCount };
}

/** A refusal of the server while the template is built is the template's. */
function asTemplateFailure(error: unknown, options: MakerOptions): unknown {
  if (!(error instanceof Error) || (error as { code?: unknown }).code !== "SPACE_NOT_MADE") return error;
  return failed(options, messageOf(error), error);
}

function failed(options: MakerOptions, what: string, cause?: unknown): ToolError {
  return spaceError({
    code: "TEMPLATE_FAILED",
    message: `the template of ${options.plan.name} could not be built in ${options.server.service}: ${what}`,
    cause,
  });
}
