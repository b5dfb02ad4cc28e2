import { readFile } from "node:fs/promises";
import { isToolError } from "../../support/error.ts";
import { spaceError } from "../errors.ts";
import type { MakerOptions } from "../maker.ts";
import type { Processes } from "../processes/index.ts";
import { redisEnv, redisValues } from "./address.ts";
import { parseCommands } from "./command-text.ts";
import { connectRedis, type RedisConnection } from "./connection.ts";
import { type Content, readContent, readKeys, writeContent } from "./content.ts";
import { newPassword } from "./password.ts";
import { redisProgram } from "./program.ts";
import { isRefusal } from "./resp.ts";
import { readSettings, type ServerSettings, settingsBeyond } from "./settings.ts";

/** What every space begins with. */
export interface RedisTemplate {
  content: Content;
  /** Those that it was given, and what its steps changed about them. */
  settings: ServerSettings;
}

export interface TemplateOptions {
  maker: MakerOptions;
  /** To the service's own server; absent: it cannot be asked. */
  base: RedisConnection | undefined;
  processes: Processes;
  settings: ServerSettings;
}

/**
 * Builds it in a server of its own, which is gone afterwards. Undefined: spaces begin empty. Fails with TEMPLATE_FAILED; with
 * SPACE_SERVER_LOST when it is the service's own server that went away.
 */
export async function buildTemplate(
  options: TemplateOptions,
  signal: AbortSignal,
): Promise<RedisTemplate | undefined> {
  const { plan } = options.maker;
  const { from, steps } = plan.template;
  if (from === undefined && steps.length === 0) return undefined;
  try {
    const content = from === undefined ? undefined : await readFrom(options, from, signal);
    if (steps.length === 0 && content !== undefined) return { content, settings: options.settings };
    return await carryOut(options, content, signal);
  } catch (error) {
    if (isToolError(error, "TEMPLATE_FAILED") || signal.aborted) throw error;
    if (isToolError(error, "SPACE_SERVER_LOST") && options.base?.isOpen() === false) throw error;
    throw failed(plan.name, error instanceof Error ? error.message : String(error), error);
  }
}

async function readFrom(options: TemplateOptions, from: string, signal: AbortSignal): Promise<Content> {
  const { plan, server } = options.maker;
  if (!/^\d{1,5}$/.test(from)) throw failed(plan.name, `\`from\` is ${from}; it must be a database's number`);
  if (options.base === undefined) {
    throw failed(plan.name, `the server of ${server.service} cannot be asked for database ${from}`);
  }
  return { databases: new Map([[0, await readKeys(options.base, Number(from), signal)]]) };
}

async function carryOut(
  options: TemplateOptions,
  begin: Content | undefined,
  signal: AbortSignal,
): Promise<RedisTemplate> {
  const { maker, processes, settings } = options;
  const { server } = maker;
  const name = `${maker.prefix}t`;
  const password = newPassword();
  const { port } = await processes.start(name, redisProgram({ name, password, settings }), signal);
  try {
    using connection = await connectRedis({ server, port, login: { password } }, signal);
    const before = await readSettings(connection, signal);
    if (begin !== undefined) await writeContent(connection, begin, signal);
    for (const step of maker.plan.template.steps) {
      if (step.kind === "files") {
        for (const file of step.files) await runFile({ connection, file, plan: maker.plan.name }, signal);
        continue;
      }
      const made = { name, port, values: { user: "default", password, name: "0" } };
      const values = redisValues(made, { host: server.service, port });
      await maker.runStep({ step, values, env: redisEnv(values) }, signal);
    }
    const after = await readSettings(connection, signal);
    const values = new Map([...settings.values, ...settingsBeyond(after, before)]);
    const content = await readContent(connection, signal);
    return { content, settings: { modules: settings.modules, values, users: after.users } };
  } finally {
    await processes.stop(name);
  }
}

async function runFile(
  options: { connection: RedisConnection; file: string; plan: string },
  signal: AbortSignal,
): Promise<void> {
  const { connection, file, plan } = options;
  let commands: ReturnType<typeof parseCommands>;
  try {
    commands = parseCommands(await readFile(file, { encoding: "utf8", signal }));
  } catch (error) {
    throw failed(plan, `${file}: ${error instanceof Error ? error.message : String(error)}`, error);
  }
  const replies = await connection.askAll(
    [["SELECT", 0], ...commands.map(({ words }) => words), ["SELECT", 0]],
    signal,
  );
  for (const [at, { line, words }] of commands.entries()) {
    const reply = replies[at + 1];
    if (isRefusal(reply)) throw failed(plan, `${file}:${line}: ${words[0]}: ${reply.refused}`);
  }
}

function failed(plan: string, why: string, cause?: unknown): Error {
  return spaceError({ code: "TEMPLATE_FAILED", message: `the template of ${plan} failed: ${why}`, cause });
}
