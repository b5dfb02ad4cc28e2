import type { Traffic } from "../../model/index.ts";
import { orAborted } from "../../support/abort.ts";
import { isLoopback } from "../../support/loopback.ts";
import type { Redactor } from "../../support/redact.ts";
import { type Credentials, findCredentials } from "../credentials.ts";
import { type Challenge, parseChallenges } from "./challenge.ts";
import { TransportFailure } from "./failure.ts";
import type { Settings } from "./options.ts";
import { parseScopes, type Scopes } from "./scope.ts";
import { basicAuthorization, createTokens, type TokenServer } from "./tokens.ts";
import type { Transport } from "./transport.ts";

/** How we get into one registry. */
export interface Authorization {
  /** What its WWW-Authenticate offers: from now on this is how it is asked. Gives the scopes that it wants for this one request. */
  learn(header: string | undefined): Scopes;
  /** The Authorization header for a request; none where the registry asks for none, or there is nothing to show. */
  header(options: {
    scopes: Scopes;
    /** Whether the registry itself is spoken to with TLS. */
    isSecure: boolean;
    traffic: Traffic;
    signal: AbortSignal;
  }): Promise<string | undefined>;
  /** The registry did not accept this header: never use it again. */
  reject(header: string): void;
  /** Whose credentials were used, once somebody has looked. */
  credentials(): Credentials | undefined;
}

export function createAuthorization(options: {
  settings: Settings;
  registry: string;
  transport: Transport;
  redactor: Redactor;
}): Authorization {
  const { settings, registry, redactor } = options;
  const tokens = createTokens(options);
  let offered: Challenge[] = [];
  let looking: Promise<Credentials> | undefined;
  let found: Credentials | undefined;

  async function find(signal: AbortSignal): Promise<Credentials> {
    const { environment } = settings;
    // It is for everybody who waits, and so must not end with the first one's signal; a helper has its own deadline.
    looking ??= findCredentials({ registry, environment, signal: new AbortController().signal }).then(
      (credentials) => {
        const { password, identityToken, registryToken } = credentials;
        for (const secret of [password, identityToken, registryToken]) if (secret) redactor.add(secret);
        if (password) redactor.add(basicAuthorization(credentials).slice("Basic ".length));
        found = credentials;
        return credentials;
      },
      (error: unknown) => {
        looking = undefined;
        throw error;
      },
    );
    return await orAborted(looking, signal);
  }

  return {
    learn(header) {
      const challenges = parseChallenges(header);
      if (challenges.length > 0) offered = challenges;
      return parseScopes(challenges.find(isBearer)?.parameters.scope);
    },
    async header({ scopes, isSecure, traffic, signal }) {
      if (offered.length === 0) return undefined;
      const credentials = await find(signal);
      const bearer = offered.find(isBearer);
      if (bearer !== undefined) {
        if (credentials.registryToken !== undefined) return `Bearer ${credentials.registryToken}`;
        const server = tokenServer(bearer, { isSecure, isInsecure: settings.isInsecure });
        return `Bearer ${await tokens.get({ server, scopes, credentials, traffic, signal })}`;
      }
      if (offered.some(({ scheme }) => scheme === "basic")) {
        return credentials.username === undefined ? undefined : basicAuthorization(credentials);
      }
      const schemes = offered.map(({ scheme }) => scheme).join(", ");
      throw new TransportFailure(
        "nonsense",
        `it wants a kind of login that we do not know (${schemes.slice(0, 200)})`,
      );
    },
    reject: (header) => tokens.drop(header.replace(/^Bearer /, "")),
    credentials: () => found,
  };
}

const isBearer = ({ scheme }: Challenge): boolean => scheme === "bearer";

/** Passwords go where the registry says, as the protocol has it, but in plain text over a wire only to hosts that were chosen for it. */
function tokenServer(
  { parameters }: Challenge,
  { isSecure, isInsecure }: { isSecure: boolean; isInsecure: (url: URL) => boolean },
): TokenServer {
  let realm: URL;
  try {
    realm = new URL(parameters.realm ?? "");
  } catch {
    throw new TransportFailure("nonsense", "it asks for a token and does not say from where");
  }
  const isPlain =
    realm.protocol === "http:" && (isInsecure(realm) || (!isSecure && isLoopback(realm.hostname)));
  if (realm.protocol !== "https:" && !isPlain) {
    throw new TransportFailure(
      "nonsense",
      `it wants our login sent to ${realm.origin}, in plain text, and release.insecure does not name that host`,
    );
  }
  realm.username = "";
  realm.password = "";
  realm.hash = "";
  return { realm, service: parameters.service };
}
