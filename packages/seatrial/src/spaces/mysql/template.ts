import type { SpaceValues } from "../../model/index.ts";
import { messageOf, type ToolError } from "../../support/error.ts";
import { spaceError } from "../errors.ts";
import type { MakerOptions } from "../maker.ts";
import { valuesAt, variablesOf } from "./address.ts";
import type { Admin } from "./admin.ts";
import { dropDatabase } from "./drop.ts";
import { EMPTY } from "./empty.ts";
import { shutOut } from "./end-sessions.ts";
import { makeDatabase } from "./make.ts";
import { identifier } from "./quote.ts";
import { type Recipe, readRecipe } from "./recipe.ts";
import { runFile } from "./run-file.ts";
import type { Sessions, Work } from "./sessions.ts";
import { readStructure } from "./structure.ts";

/** What spaces are made from. */
export interface Template {
  recipe: Recipe;
  /** The database that has the rows; undefined: there is none, since spaces begin empty. */
  database: string | undefined;
}

export interface TemplateOptions extends MakerOptions {
  admin: Admin;
  sessions: Sessions;
  /** Of a user in a database of this name. */
  spaceValues: (name: string, password: string) => SpaceValues;
  password: string;
}

const CLEAN_MS = 10_000;

/** Builds what every space begins with, and seals it: nobody but us can log in to it. Fails with TEMPLATE_FAILED. */
export async function buildTemplate(options: TemplateOptions): Promise<Template> {
  const { plan, sessions } = options;
  const { from, steps } = plan.template;
  if (from === undefined && steps.length === 0) return { recipe: EMPTY, database: undefined };
  const database = `${options.prefix}template`;
  try {
    return { recipe: await buildIn({ ...options, database }), database };
  } catch (error) {
    // Why it failed counts; what is left of it has a name that the broker finds.
    const signal = AbortSignal.timeout(CLEAN_MS);
    const { flavour } = options.admin;
    await sessions
      .use(`dropping ${database}`, signal, (work) => dropDatabase(work, database, flavour))
      .catch(() => undefined);
    throw error;
  }
}

async function buildIn(options: TemplateOptions & { database: string }): Promise<Recipe> {
  const { plan, sessions, database, signal } = options;
  await sessions.use(`building the template of ${plan.name}`, signal, async (work) => {
    await dropDatabase(work, database, options.admin.flavour);
    await begin(work, options);
  });
  for (const step of plan.template.steps) await carryOut(step, options);
  return await sessions.use(`sealing the template of ${plan.name}`, signal, (work) => seal(work, database));
}

async function begin(work: Work, options: TemplateOptions & { database: string }): Promise<void> {
  const { from } = options.plan.template;
  const recipe = from === undefined ? EMPTY : await recipeOf(work, from);
  if (recipe === undefined) {
    const [rows = []] = await work.run(["SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA"]);
    throw failed(options, `it has no database ${from}`, {
      hint: `it has ${rows.map(({ name }) => name).join(", ")}`,
    });
  }
  if (from !== undefined)
    options.onNote(`${options.plan.name}: copying its template from the database ${from}`);
  await makeDatabase(work, {
    name: options.database,
    password: options.password,
    recipe,
    source: from ?? "",
    flavour: options.admin.flavour,
  });
}

async function carryOut(
  step: MakerOptions["plan"]["template"]["steps"][number],
  options: TemplateOptions & { database: string },
): Promise<void> {
  const { plan, server, admin, database, signal } = options;
  const values = options.spaceValues(database, options.password);
  if (step.kind === "files") {
    const { user, password = "" } = admin.login;
    for (const file of step.files) {
      options.onNote(`${plan.name}: building its template (${file})`);
      const there = { host: "127.0.0.1", port: String(server.port), user, password };
      await runFile({ server, values: { ...values, ...there }, file, signal });
    }
    return;
  }
  const what = step.kind === "command" ? step.argv.join(" ") : `service ${step.service}`;
  options.onNote(`${plan.name}: building its template (${what})`);
  const reached = valuesAt(
    { name: database, port: server.port, values },
    { host: server.service, port: server.port },
  );
  await options.runStep({ step, values: reached, env: variablesOf(reached) }, signal);
}

/** After this nothing changes it any more: no session, no user, no event of its own. */
async function seal(work: Work, database: string): Promise<Recipe> {
  await shutOut(work, database);
  const recipe = await recipeOf(work, database);
  if (recipe === undefined) throw new Error("the steps have dropped the template's database");
  const events = recipe.objects.filter(({ kind }) => kind === "event");
  await work.run(events.map(({ name }) => `DROP EVENT ${identifier(database)}.${identifier(name)}`));
  return recipe;
}

async function recipeOf(work: Work, database: string): Promise<Recipe | undefined> {
  const structure = await readStructure(work, database);
  return structure === undefined ? undefined : await readRecipe(work, database, structure);
}

function failed(
  options: MakerOptions,
  what: string,
  more: { hint?: string; cause?: unknown } = {},
): ToolError {
  return spaceError({
    code: "TEMPLATE_FAILED",
    message: `the template of ${options.plan.name} could not be built in ${options.server.service}: ${what}`,
    ...more,
  });
}

/** A refusal of the server while the template was built is the template's. */
export function asTemplateFailure(error: unknown, options: MakerOptions): unknown {
  if (!(error instanceof Error) || (error as { code?: unknown }).code !== "SPACE_NOT_MADE") return error;
  return failed(options, messageOf(error), { cause: error });
}
