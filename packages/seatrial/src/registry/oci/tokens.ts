import type { Traffic } from "../../model/index.ts";
import { orAborted } from "../../support/abort.ts";
import type { Redactor } from "../../support/redact.ts";
import type { Credentials } from "../credentials.ts";
import { bytesOf } from "./body.ts";
import { TransportFailure } from "./failure.ts";
import type { Settings } from "./options.ts";
import { readRefusal } from "./refusal.ts";
import { covers, formatScopes, type Scopes } from "./scope.ts";
import type { Transport, TransportRequest } from "./transport.ts";

/** Where tokens of a registry come from, as its challenge says. */
export interface TokenServer {
  realm: URL;
  service: string | undefined;
}

/** Tokens of one registry, kept until shortly before they end. */
export interface Tokens {
  /** A token for at least these scopes. Askers at the same time share one request. */
  get(options: {
    server: TokenServer;
    scopes: Scopes;
    credentials: Credentials;
    traffic: Traffic;
    signal: AbortSignal;
  }): Promise<string>;
  /** Never gives this one out again. */
  drop(token: string): void;
}

interface KeptToken {
  server: string;
  scopes: Scopes;
  token: string;
  /** By our clock. */
  endsAt: number;
}

const ANSWER_MAX = 1024 * 1024;
/** What the specification says when a server says nothing. */
const DEFAULT_LIFE_S = 60;
const CLIENT_ID = "seatrial";

export function createTokens(options: {
  settings: Settings;
  transport: Transport;
  redactor: Redactor;
}): Tokens {
  const { settings, transport, redactor } = options;
  const pending = new Map<string, Promise<string>>();
  let kept: KeptToken[] = [];

  async function ask(
    wanted: Parameters<Tokens["get"]>[0] & { key: string },
    signal: AbortSignal,
  ): Promise<string> {
    const { server, scopes, traffic } = wanted;
    const askedAt = settings.now();
    const request = tokenRequest(wanted);
    const answer = await transport.send({ ...request, traffic, signal });
    const reading = { stall: settings.limits.stall, traffic, signal };
    if (answer.status !== 200) {
      const speaker = { role: "token server", origin: server.realm.origin } as const;
      throw await readRefusal(answer, { ...reading, now: settings.now(), redactor, speaker });
    }
    const { token, lifeMs } = readToken(await bytesOf(answer, { ...reading, max: ANSWER_MAX }), server);
    redactor.add(token);
    // Long enough for the request that it is for; a short life is used for the most of it.
    const endsAt = askedAt + Math.max(lifeMs - 10_000, lifeMs * 0.5);
    kept = kept.filter((each) => each.endsAt > settings.now());
    kept.push({ server: serverKey(server), scopes, token, endsAt });
    return token;
  }

  return {
    async get(wanted) {
      const { server, scopes, signal } = wanted;
      const now = settings.now();
      const known = kept.find(
        (each) => each.server === serverKey(server) && each.endsAt > now && covers(each.scopes, scopes),
      );
      if (known !== undefined) return known.token;
      const key = `${serverKey(server)} ${formatScopes(scopes).join(" ")}`;
      // Others may wait for it too, so it does not end with the signal of whoever asked first; the transport's own limits end it.
      const asking =
        pending.get(key) ??
        ask({ ...wanted, key }, new AbortController().signal).finally(() => pending.delete(key));
      pending.set(key, asking);
      return await orAborted(asking, signal);
    },
    drop(token) {
      kept = kept.filter((each) => each.token !== token);
    },
  };
}

function tokenRequest({
  server,
  scopes,
  credentials,
}: Pick<Parameters<Tokens["get"]>[0], "server" | "scopes" | "credentials">): Pick<
  TransportRequest,
  "method" | "url" | "headers" | "body"
> {
  const { username, password, identityToken } = credentials;
  if (identityToken !== undefined) {
    const form = new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: identityToken,
      service: server.service ?? "",
      scope: formatScopes(scopes).join(" "),
      client_id: CLIENT_ID,
    });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return { method: "POST", url: server.realm, headers, body: Buffer.from(form.toString()) };
  }
  const url = new URL(server.realm);
  if (server.service !== undefined) url.searchParams.set("service", server.service);
  for (const scope of formatScopes(scopes)) url.searchParams.append("scope", scope);
  if (username === undefined) return { method: "GET", url, headers: {} };
  url.searchParams.set("account", username);
  return { method: "GET", url, headers: { authorization: basicAuthorization({ username, password }) } };
}

/** The header of a user and a password. */
export function basicAuthorization(login: {
  username?: string | undefined;
  password?: string | undefined;
}): string {
  return `Basic ${Buffer.from(`${login.username ?? ""}:${login.password ?? ""}`).toString("base64")}`;
}

function readToken(bytes: Buffer | undefined, server: TokenServer): { token: string; lifeMs: number } {
  const nonsense = (why: string) =>
    new TransportFailure("nonsense", `the token server at ${server.realm.origin} ${why}`);
  let body: Record<string, unknown> | null;
  try {
    // What it says is a secret, or stands beside one: it is not shown.
    body = JSON.parse(bytes?.toString("utf8") ?? "") as Record<string, unknown> | null;
  } catch {
    throw nonsense("does not answer with JSON");
  }
  const token = [body?.token, body?.access_token].find((each) => typeof each === "string" && each !== "");
  if (typeof token !== "string") throw nonsense("gives no token");
  if (!/^[\x21-\x7e]+$/.test(token)) throw nonsense("gives a token that no header can hold");
  const life = body?.expires_in;
  const seconds = typeof life === "number" && life > 0 ? Math.min(life, 86_400) : DEFAULT_LIFE_S;
  return { token, lifeMs: seconds * 1000 };
}

function serverKey({ realm, service }: TokenServer): string {
  return `${realm.href} ${service ?? ""}`;
}
