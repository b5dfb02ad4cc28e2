import type { MakerOptions } from "../maker.ts";
import { type RedisConnection, refused } from "./connection.ts";
import type { KeptConnection } from "./kept-connection.ts";
import { passwordRule } from "./password.ts";
import { isRefusal, listOf, textOf } from "./resp.ts";

/** Creates a user who can do what the rules say. */
export async function createUser(
  options: { connection: RedisConnection; name: string; password: string; rules: readonly string[] },
  signal: AbortSignal,
): Promise<void> {
  const { connection, name, password, rules } = options;
  const words = ["ACL", "SETUSER", name, "reset", "on", passwordRule(password), ...rules];
  await connection.ask(words, signal);
}

/**
 * Ends every session of the user, does the cleaning that nobody can undo any more, and removes the user, who stays in the list
 * until then. Missing is fine.
 */
export async function removeUser(
  options: { connection: RedisConnection; name: string; clean: () => Promise<void> },
  signal: AbortSignal,
): Promise<void> {
  const { connection, name } = options;
  const commands = [
    ["ACL", "SETUSER", name, "reset"],
    ["CLIENT", "KILL", "USER", name],
  ];
  const replies = await connection.askAll(commands, signal);
  const wrong = replies.find(isRefusal);
  if (wrong !== undefined) throw refused(["ACL SETUSER"], "the service", wrong.refused);
  await options.clean();
  await connection.ask(["ACL", "DELUSER", name], signal);
}

export async function usersOf(
  connection: RedisConnection,
  prefix: string,
  signal: AbortSignal,
): Promise<string[]> {
  const users = listOf(await connection.ask(["ACL", "USERS"], signal)).map(textOf);
  return users.filter((user) => user.startsWith(prefix));
}

/** Where nobody needs a password, everybody is the default user, who may do everything. */
export async function warnOfOpenServer(
  { plan, server, onWarning, signal }: MakerOptions,
  kept: KeptConnection,
): Promise<void> {
  const connection = await kept.get(signal);
  const about = listOf(await connection.ask(["ACL", "GETUSER", "default"], signal)).flatMap((part) => [
    textOf(part),
    ...listOf(part).map(textOf),
  ]);
  if (about.includes("on") && about.includes("nopass")) {
    onWarning?.(
      `${plan.name}: ${server.service} lets everybody in without a password: its spaces are kept apart only for those who log in as their own user`,
    );
  }
}
