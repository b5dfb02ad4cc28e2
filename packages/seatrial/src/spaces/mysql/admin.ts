import { spaceError } from "../errors.ts";
import type { SpaceServer } from "../maker.ts";
import { errorNumber, failureOf, lostServer, SERVER_ERROR } from "./failure.ts";
import { FLAVOUR_QUERIES, type Flavour, flavourOf } from "./flavour.ts";
import { type Login, openSession } from "./session.ts";

/** The account that makes spaces, and what the server is. */
export interface Admin {
  login: Login;
  flavour: Flavour;
}

const MAY_CREATE_USERS =
  "SELECT 1 AS yes FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE = 'CREATE USER' LIMIT 1";

/** Logs in with the accounts that the service's settings name, root first. Fails with SPACE_NOT_MADE when none may make users. */
export async function findAdmin(server: SpaceServer, signal: AbortSignal): Promise<Admin> {
  const { service } = server;
  const logins = await knownLogins(server, signal);
  const refusals: string[] = [];
  for (const login of logins) {
    try {
      using session = await openDisposable({ server, login, signal });
      const [rights = [], ...flavour] = await session.run([MAY_CREATE_USERS, ...FLAVOUR_QUERIES], signal);
      if (rights.length > 0) return { login, flavour: flavourOf(flavour, service) };
      refusals.push(`${login.user} may not create users`);
    } catch (error) {
      signal.throwIfAborted();
      const number = errorNumber(error);
      if (number === undefined) throw lostServer(error, service);
      if (number !== SERVER_ERROR.accessDenied) throw failureOf(error, { service, doing: "logging in" });
      refusals.push(`${login.user} was refused`);
    }
  }
  throw spaceError({
    code: "SPACE_NOT_MADE",
    message: `no account of ${service} is known that may make spaces: ${refusals.join(", ") || "its settings name none"}`,
    hint: "set MYSQL_ROOT_PASSWORD (or MARIADB_ROOT_PASSWORD) in the service's environment",
  });
}

async function openDisposable(options: { server: SpaceServer; login: Login; signal: AbortSignal }) {
  const session = await openSession({ ...options, setup: [] });
  return { run: session.run, [Symbol.dispose]: session.close };
}

async function knownLogins(server: SpaceServer, signal: AbortSignal): Promise<Login[]> {
  const { env, admin } = server;
  const setting = async (name: string): Promise<string | undefined> => {
    for (const each of [`MARIADB_${name}`, `MYSQL_${name}`]) {
      const value = env[each];
      if (value !== undefined && value !== "") return value;
      const file = env[`${each}_FILE`];
      const content = file === undefined || file === "" ? undefined : await server.readFile(file, signal);
      if (content !== undefined) return content.replace(/\r?\n$/, "");
    }
    return undefined;
  };
  const user = (await setting("ROOT_USER")) ?? "root";
  const password = await setting("ROOT_PASSWORD");
  const mayBeEmpty =
    (await setting("ALLOW_EMPTY_ROOT_PASSWORD")) ??
    (await setting("ALLOW_EMPTY_PASSWORD")) ??
    env["ALLOW_EMPTY_PASSWORD"];
  const logins: Login[] = [];
  if (password !== undefined) logins.push({ user, password });
  else if (mayBeEmpty !== undefined) logins.push({ user, password: undefined });
  const given = admin.user;
  const isNew =
    given !== undefined && !logins.some((each) => each.user === given && each.password === admin.password);
  if (isNew) logins.push({ user: given, password: admin.password });
  return logins;
}
