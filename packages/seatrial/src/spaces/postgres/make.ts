import type { MadeSpace } from "../maker.ts";
import type { Admin } from "./admin.ts";
import { adopt, reassign } from "./adoption.ts";
import { markOf } from "./ending.ts";
import { lifeOf } from "./life.ts";
import { openDoor, outsideQuery, type Pristine, putSettings, readOutside } from "./outside.ts";
import { newPassword } from "./password.ts";
import { createRole } from "./role.ts";
import { checkName, identifier } from "./sql.ts";
import type { StrategyChoice } from "./strategy.ts";
import type { Template } from "./template.ts";

/** Makes a database and its role. `pristine` is absent where spaces cannot be put back. */
export async function makeSpace(options: {
  admin: Admin;
  template: Template;
  strategies: StrategyChoice;
  name: string;
  signal: AbortSignal;
}): Promise<{ made: MadeSpace; pristine: Pristine | undefined }> {
  const { admin, template, strategies, name, signal } = options;
  const { facts } = admin;
  checkName(name);
  const { password, stored } = await newPassword(name, facts.scramIterations);
  const quoted = identifier(name);
  const query = async (sql: string) => {
    signal.throwIfAborted();
    return await admin.query(markOf(name) + sql);
  };
  // The role first: half of a space is found again by either of its two names.
  await query(createRole(name, stored, facts.isSuperuser));
  const strategy = strategies.next();
  const from = performance.now();
  const words = [
    `CREATE DATABASE ${quoted} TEMPLATE ${identifier(template.name)} OWNER ${quoted}`,
    facts.isSuperuser ? "CONNECTION LIMIT 0" : "",
    strategy === undefined ? "" : `STRATEGY ${strategy}`,
  ];
  await query(words.join(" "));
  strategies.took(strategy, performance.now() - from);
  signal.throwIfAborted();
  if (template.roleColumns.length > 0 && facts.isSuperuser) {
    await using session = await admin.open(name, signal);
    await session.run(["BEGIN", ...adopt(template.roleColumns, template.name, name), "COMMIT"].join("; "));
  } else if (!facts.isSuperuser) {
    await using session = await admin.open(name, signal);
    await session.run(reassign(template.name, name));
  }
  const settings = facts.isSuperuser ? `; ${putSettings(name, template.name)}; ${openDoor(name, true)}` : "";
  await query(`REVOKE ALL ON DATABASE ${quoted} FROM PUBLIC${settings}`);
  const made = {
    name,
    port: admin.server.port,
    values: { user: name, password, name, sslmode: facts.sslMode },
  };
  const { baseline, life } = template;
  if (baseline === undefined) return { made, pristine: undefined };
  // The template has no longer all that the baseline knows of.
  if (baseline.losesInCrash && (await lifeOf(admin)) !== life) return { made, pristine: undefined };
  const rows = await query(outsideQuery(name));
  const outside = readOutside(rows);
  const since = rows[0]?.["since"];
  return {
    made,
    pristine: outside === undefined || since == null ? undefined : { outside, since, uses: 0, rows: 0 },
  };
}
