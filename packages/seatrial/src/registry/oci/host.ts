import type { Traffic } from "../../model/index.ts";
import { orAborted } from "../../support/abort.ts";
import { isLoopback } from "../../support/loopback.ts";
import { createRedactor, type Redactor } from "../../support/redact.ts";
import { type Authorization, createAuthorization } from "./authorization.ts";
import { bytesOf } from "./body.ts";
import { TransportFailure } from "./failure.ts";
import type { Settings } from "./options.ts";
import { readRefusal } from "./refusal.ts";
import { isPassing } from "./retry.ts";
import type { SecureContextFor } from "./secure-context.ts";
import { createTransport, type Transport } from "./transport.ts";

/** One registry: where it is, how we get in, and what all its repositories share. */
export interface Host {
  registry: string;
  settings: Settings;
  transport: Transport;
  authorization: Authorization;
  /** Knows our credentials and tokens. */
  redactor: Redactor;
  /** Where its API is. Asked of the registry once: with TLS first, and without where that is allowed. */
  base(traffic: Traffic, signal: AbortSignal): Promise<URL>;
  /** It has answered at least once. */
  wasReached(): boolean;
  /** Runs works with the same key one after another. */
  oneAtATime<T>(key: string, work: () => Promise<T>): Promise<T>;
}

const IGNORED_MAX = 64 * 1024;

export function createHost(options: {
  registry: string;
  settings: Settings;
  secureContextFor: SecureContextFor;
}): Host {
  const { registry, settings } = options;
  const redactor = createRedactor();
  const transport = createTransport(options);
  const authorization = createAuthorization({ settings, registry, transport, redactor });
  const queues = new Map<string, Promise<unknown>>();
  let finding: Promise<URL> | undefined;
  /** What has answered once: nothing else is tried any more. */
  let answering: URL | undefined;

  /** Says hello without credentials: learns whether anything is there, and what it wants to see. */
  async function greet(base: URL, traffic: Traffic): Promise<URL> {
    // Others wait for it too: the transport's limits end it, no single signal does.
    const { signal } = new AbortController();
    const reading = { stall: settings.limits.stall, traffic, signal };
    const answer = await transport.send({
      method: "GET",
      url: new URL("/v2/", base),
      headers: {},
      traffic,
      signal,
    });
    answering = base;
    authorization.learn(answer.headers["www-authenticate"]);
    if (isPassing(answer.status))
      throw await readRefusal(answer, { ...reading, now: settings.now(), redactor });
    await bytesOf(answer, { ...reading, max: IGNORED_MAX });
    return base;
  }

  async function find(traffic: Traffic): Promise<URL> {
    if (answering !== undefined) return await greet(answering, traffic);
    const host = registry === "docker.io" ? "registry-1.docker.io" : registry;
    const secure = baseOf(`https://${host}`);
    try {
      return await greet(secure, traffic);
    } catch (error) {
      const isPlainFine = settings.isInsecure(secure) || isLoopback(secure.hostname);
      const isSilent = error instanceof TransportFailure && error.kind !== "nonsense";
      if (!isPlainFine || !isSilent || answering !== undefined) throw error;
      return await greet(baseOf(`http://${host}`), traffic);
    }
  }

  return {
    registry,
    settings,
    transport,
    authorization,
    redactor,
    wasReached: () => answering !== undefined,
    async oneAtATime(key, work) {
      const turn = (queues.get(key) ?? Promise.resolve()).then(work, work);
      queues.set(key, turn);
      return await turn;
    },
    async base(traffic, signal) {
      finding ??= find(traffic).catch((error: unknown) => {
        finding = undefined;
        throw error;
      });
      return await orAborted(finding, signal);
    },
  };
}

function baseOf(address: string): URL {
  try {
    return new URL(address);
  } catch (cause) {
    throw new TransportFailure("away", "this is no address of a registry", { cause });
  }
}
