import { createCleanup } from "../../support/cleanup.ts";
import { isToolError, messageOf, type ToolError } from "../../support/error.ts";
import { spaceError } from "../errors.ts";
import type { MadeSpace, MakerOptions } from "../maker.ts";
import { envOf, valuesOf } from "./address.ts";
import type { Admin } from "./admin.ts";
import { type RoleColumn, readRoleColumns } from "./adoption.ts";
import { type Baseline, readBaseline } from "./baseline.ts";
import { dropSpace } from "./drop.ts";
import { endSessions } from "./ending.ts";
import { canReset } from "./facts.ts";
import { lifeOf } from "./life.ts";
import { takeOwnership } from "./ownership.ts";
import { newPassword } from "./password.ts";
import { holdSequences } from "./sequences.ts";
import { serverWords, sqlState } from "./session.ts";
import { createFrom } from "./source.ts";
import { checkName, identifier, literal } from "./sql.ts";
import { runSqlFile } from "./sql-file.ts";

/** A sealed database that spaces are copied from. */
export interface Template {
  /** Of the database, and of the role that everything in it belongs to. */
  name: string;
  /** The server's, in which it was built. */
  life: string | null | undefined;
  /** Where that role occurs in the catalogs, as far as we may change them. */
  roleColumns: RoleColumn[];
  /** Undefined where used spaces cannot be put back. */
  baseline: Baseline | undefined;
}

/**
 * Builds what every space begins with, and seals it. Fails with TEMPLATE_FAILED, and then leaves nothing; with SPACE_SERVER_LOST when
 * the server was away meanwhile, whatever else went wrong for it.
 */
export async function buildTemplate(admin: Admin, options: MakerOptions): Promise<Template> {
  const { plan, server, prefix, signal } = options;
  const name = `${prefix}template`;
  checkName(name);
  const { password, stored } = await newPassword(name, admin.facts.scramIterations);
  const made: MadeSpace = {
    name,
    port: server.port,
    values: { user: name, password, name, sslmode: admin.facts.sslMode },
  };
  const cleanup = createCleanup();
  cleanup.add(() => dropSpace(admin, name, AbortSignal.timeout(30_000)));
  const life = await lifeOf(admin);
  try {
    await createOwner(admin, name, stored);
    const inside = envOf(valuesOf(made, { host: "127.0.0.1", port: server.port }));
    const what = `the template of spaces ${plan.name}`;
    await createFrom({ admin, what, name, owner: name, from: plan.template.from, env: inside, signal });
    for (const step of plan.template.steps) {
      signal.throwIfAborted();
      if (step.kind === "files") {
        for (const file of step.files) {
          options.onNote(`${plan.name}: building its template (${file})`);
          await runSqlFile({ server, env: inside, file, signal });
        }
      } else {
        const what = step.kind === "command" ? step.argv.join(" ") : `service ${step.service}`;
        options.onNote(`${plan.name}: building its template (${what})`);
        const values = valuesOf(made, { host: server.service, port: server.port });
        await options.runStep({ step, values, env: envOf(values) }, signal);
      }
    }
    const sealed = await seal(admin, name, signal);
    // Steps that connect again may pass, and what those before them did is gone.
    if ((await lifeOf(admin)) !== life) throw lost(options);
    return { name, life, ...sealed };
  } catch (error) {
    await Promise.allSettled([cleanup[Symbol.asyncDispose]()]);
    if (signal.aborted || isToolError(error, "SPACE_SERVER_LOST")) throw error;
    if ((await lifeOf(admin).catch(() => "away")) !== life) throw lost(options, error);
    if (isToolError(error) || sqlState(error) === undefined) throw error;
    throw spaceError({
      code: "TEMPLATE_FAILED",
      message: `the template of spaces ${plan.name} cannot be built: ${serverWords(error)}`,
      cause: error,
    });
  }
}

function lost({ plan, server }: MakerOptions, cause?: unknown): ToolError {
  return spaceError({
    code: "SPACE_SERVER_LOST",
    message: `PostgreSQL of service ${server.service} was away while the template of spaces ${plan.name} was built${cause === undefined ? "" : `: ${messageOf(cause)}`}`,
    lastLines: isToolError(cause) ? cause.lastLines : undefined,
    cause,
  });
}

async function createOwner(admin: Admin, name: string, stored: string): Promise<void> {
  const { isSuperuser } = admin.facts;
  // Migrations commonly create extensions, which few others may.
  const rights = isSuperuser ? "SUPERUSER" : "";
  await admin.query(`CREATE ROLE ${identifier(name)} LOGIN ${rights} PASSWORD ${literal(stored)}`);
  if (!isSuperuser) await admin.query(`GRANT ${identifier(name)} TO CURRENT_USER`);
}

type Sealed = Pick<Template, "roleColumns" | "baseline">;

/** Ends everybody's work in it for good. */
async function seal(admin: Admin, name: string, signal: AbortSignal): Promise<Sealed> {
  const { query, facts } = admin;
  const quoted = identifier(name);
  await query(`ALTER ROLE ${quoted} NOLOGIN ${facts.isSuperuser ? "NOSUPERUSER " : ""}PASSWORD NULL`);
  await endSessions({ admin, name, withMaintenance: false, signal });
  const read = await readSealed(admin, name, signal);
  await query(`ALTER DATABASE ${quoted} ALLOW_CONNECTIONS false IS_TEMPLATE true`);
  // What its role owns becomes the spaces' roles'; the template itself must not.
  const keeper = facts.isSuperuser ? identifier(facts.bootstrapUser) : "CURRENT_USER";
  await query(`ALTER DATABASE ${quoted} OWNER TO ${keeper}`);
  await endSessions({ admin, name, withMaintenance: true, signal });
  return read;
}

async function readSealed(admin: Admin, name: string, signal: AbortSignal): Promise<Sealed> {
  const { facts } = admin;
  await using session = await admin.open(name, signal);
  if (facts.isSuperuser) await session.query(takeOwnership(name, facts.bootstrapUser));
  await holdSequences(session.query);
  return {
    roleColumns: facts.isSuperuser ? await readRoleColumns(session.query, name) : [],
    baseline: canReset(facts) ? await readBaseline(session.query, name) : undefined,
  };
}
