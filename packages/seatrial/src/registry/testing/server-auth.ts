import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

/** How the test server lets people in. */
export type ServerAuth =
  | { kind: "basic"; user: string; password: string }
  | {
      kind: "token";
      /** By user. Absent: anybody gets tokens. */
      users?: Record<string, string> | undefined;
      /** What is exchanged for a token. */
      identityToken?: string | undefined;
      /** In seconds. */
      expiresIn?: number | undefined;
      /** Where tokens are given out. Default: this server. */
      realm?: (() => string) | undefined;
      /** Scopes that nobody gets. */
      withheld?: string[] | undefined;
      /** Is told every token. */
      onToken?: ((token: string) => void) | undefined;
    };

/** Answers what is not let in, and gives out tokens. */
export function createServerAuth(auth: ServerAuth | undefined, origin: () => string) {
  const tokens = new Map<string, Set<string>>();
  let count = 0;

  async function giveToken(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (auth?.kind !== "token") return;
    const url = new URL(request.url ?? "", origin());
    const form = new URLSearchParams(request.method === "POST" ? await text(request) : "");
    const [user, password] = loginIn(request.headers.authorization);
    const isKnown =
      form.get("grant_type") === "refresh_token"
        ? form.get("refresh_token") === auth.identityToken
        : auth.users === undefined || (user !== undefined && auth.users[user] === password);
    if (!isKnown) return say(response, 401, { details: "incorrect username or password" });
    const asked = [...url.searchParams.getAll("scope"), ...(form.get("scope")?.split(" ") ?? [])];
    const scopes = asked.flatMap((scope) => {
      const at = scope.lastIndexOf(":");
      return scope
        .slice(at + 1)
        .split(",")
        .map((action) => `${scope.slice(0, at)}:${action}`);
    });
    count += 1;
    const token = `token-${count}-${Math.random().toString(36).slice(2)}`;
    tokens.set(token, new Set(scopes.filter((scope) => !auth.withheld?.includes(scope))));
    auth.onToken?.(token);
    say(response, 200, { token, expires_in: auth.expiresIn ?? 300 });
  }

  return {
    /** True when there is nothing more to say. */
    async handle(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
      if (auth === undefined) return false;
      const url = new URL(request.url ?? "", origin());
      if (auth.kind === "token" && url.pathname === "/token") {
        await giveToken(request, response);
        return true;
      }
      const { authorization } = request.headers;
      if (auth.kind === "basic") {
        const [user, password] = loginIn(authorization);
        if (user === auth.user && password === auth.password) return false;
        return refuse(response, 'Basic realm="test, with \\"quotes\\""');
      }
      const wanted = wantedScopes(request.method ?? "", url);
      const held = tokens.get(/^Bearer (.*)$/.exec(authorization ?? "")?.[1] ?? "");
      if (held !== undefined && wanted.every((scope) => held.has(scope))) return false;
      const realm = auth.realm?.() ?? `${origin()}/token`;
      const scope = wanted.length === 0 ? "" : `,scope="${wanted.join(" ")}"`;
      return refuse(response, `Bearer realm="${realm}",service="test registry"${scope}`);
    },
  };
}

function wantedScopes(method: string, url: URL): string[] {
  const [, name] = /^\/v2\/(.+)\/(?:manifests|blobs|tags|referrers)\//.exec(url.pathname) ?? [];
  if (name === undefined) return [];
  const from = url.searchParams.get("from");
  return [
    `repository:${name}:pull`,
    ...(method === "GET" || method === "HEAD" ? [] : [`repository:${name}:push`]),
    ...(from === null ? [] : [`repository:${from}:pull`]),
  ];
}

function loginIn(header: string | undefined): [user?: string | undefined, password?: string | undefined] {
  const [, encoded] = /^Basic (.*)$/.exec(header ?? "") ?? [];
  if (encoded === undefined) return [];
  const [, user, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, "base64").toString()) ?? [];
  return [user, password];
}

function refuse(response: ServerResponse, challenge: string): true {
  response.setHeader("www-authenticate", challenge);
  say(response, 401, { errors: [{ code: "UNAUTHORIZED", message: "authentication required" }] });
  return true;
}

/** Answers with JSON. */
export function say(response: ServerResponse, status: number, body?: object): void {
  const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
  response.writeHead(status, { "content-type": "application/json", "content-length": bytes.length });
  response.end(bytes);
}
