import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isToolError, messageOf } from "../../support/error.ts";
import { spaceError } from "../errors.ts";
import type { MakerOptions } from "../maker.ts";
import { rabbitmqEnv, rabbitmqValues } from "./address.ts";
import { type Definitions, definitionsIn, parseDefinitions } from "./definitions.ts";
import type { Vhosts } from "./vhosts.ts";

/**
 * What every space begins with, made in a vhost of its own and exported from there. Messages that a step sends are not part of it.
 * Fails with TEMPLATE_FAILED.
 */
export async function buildTemplate(options: MakerOptions, vhosts: Vhosts): Promise<Definitions> {
  const { plan, server, prefix, signal } = options;
  if (plan.template.from === undefined && plan.template.steps.length === 0) return definitionsIn({});
  options.onNote(`${plan.name}: building its template`);
  const name = `${prefix}${randomBytes(4).toString("hex")}`;
  try {
    const made = await vhosts.make(name, { isTemplate: true }, signal);
    const values = rabbitmqValues(made, { host: server.service, port: made.port });
    if (plan.template.from !== undefined) await copy(plan.template.from, name);
    for (const step of plan.template.steps) {
      if (step.kind !== "files") await options.runStep({ step, values, env: rabbitmqEnv(values) }, signal);
      else for (const file of step.files) await load(file, name);
    }
    return await vhosts.export(name, signal);
  } finally {
    await vhosts.drop(name, signal);
  }

  async function copy(from: string, to: string): Promise<void> {
    if (!(await vhosts.exists(from, signal))) {
      const names = (await vhosts.rows("vhosts?columns=name", signal)).map(({ name }) => name);
      throw spaceError({
        code: "TEMPLATE_FAILED",
        message: `${server.service} has no vhost ${from} to copy`,
        hint: `there are: ${names.filter((each) => each !== to).join(", ")}`,
      });
    }
    await vhosts.import(to, await vhosts.export(from, signal), signal);
  }

  async function load(file: string, to: string): Promise<void> {
    const text = await readFile(file, { encoding: "utf8", signal }).catch((cause: unknown) => {
      throw spaceError({ code: "TEMPLATE_FAILED", message: `${file}: ${messageOf(cause)}`, cause });
    });
    try {
      await vhosts.import(to, parseDefinitions(file, text), signal);
    } catch (cause) {
      if (!isToolError(cause, "SPACE_NOT_MADE")) throw cause;
      throw spaceError({ code: "TEMPLATE_FAILED", message: `${file}: ${cause.message}`, cause });
    }
  }
}
