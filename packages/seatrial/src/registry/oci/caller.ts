import type { Traffic } from "../../model/index.ts";
import type { RepositoryName } from "../registry.ts";
import { type BodyOptions, bytesOf } from "./body.ts";
import { SourceFailure } from "./failure.ts";
import type { Host } from "./host.ts";
import { followRedirects } from "./redirect.ts";
import { readRefusal } from "./refusal.ts";
import { createPatience, type Patience, type PatienceOptions, withRetries } from "./retry.ts";
import { mergeScopes, type Scopes, scopesFor } from "./scope.ts";
import { toolErrorOf } from "./tool-error.ts";
import type { Answer, Method, TransportRequest } from "./transport.ts";

/** One thing to ask of a registry, about one repository. */
export interface RegistryCall {
  method: Method;
  /** Below the repository: `manifests/latest`; or an address that the registry itself gave. */
  path: string | URL;
  headers?: Record<string, string> | undefined;
  body?: TransportRequest["body"];
  answerWithin?: TransportRequest["answerWithin"];
  /** What is being done, for messages: `push manifest 1.0`. */
  what: string;
  /** Wants the right to push, too. */
  push?: boolean | undefined;
  /** Wants the right to pull from this repository, too. */
  mountFrom?: string | undefined;
  /** Statuses of 300 and more that are no failure. */
  accepts?: readonly number[] | undefined;
  signal: AbortSignal;
}

/** Asks one registry about one repository, and counts what it takes. */
export interface Caller {
  name: RepositoryName;
  traffic: Traffic;
  host: Host;
  /** Asks, again and again where that helps, and reads the answer. Fails with ToolErrors only, or the signal's reason. */
  ask<T>(call: RegistryCall, read: (answer: Answer) => Promise<T>): Promise<T>;
  /** Asks once; what goes wrong is for patience to judge, and for `explain` to put into words. */
  askOnce<T>(call: RegistryCall, read: (answer: Answer) => Promise<T>): Promise<T>;
  patience(options: Omit<PatienceOptions, "wasReached">): Patience;
  /** Does it; what fails inside becomes a ToolError that names registry, repository and credentials. */
  explain<T>(what: string, work: () => Promise<T>): Promise<T>;
  /** How bodies are read. */
  reading(signal: AbortSignal): BodyOptions;
  /** Reads an answer whose body says nothing. */
  ignore(answer: Answer, signal: AbortSignal): Promise<void>;
}

const IGNORED_MAX = 1024 * 1024;

export function createCaller(host: Host, name: RepositoryName): Caller {
  const { settings, transport, authorization, redactor } = host;
  const traffic: Traffic = { requests: 0, bytesUp: 0, blobBytesUp: 0, bytesDown: 0, blobsMounted: 0 };
  const reading = (signal: AbortSignal) => ({ stall: settings.limits.stall, traffic, signal });

  async function send(call: RegistryCall, base: URL): Promise<Answer> {
    const { method, path, headers = {}, body, answerWithin, signal } = call;
    const first = typeof path === "string" ? new URL(`/v2/${name.repository}/${path}`, base) : path;
    const scopes = scopesFor({
      repository: name.repository,
      push: call.push ?? false,
      mountFrom: call.mountFrom,
    });
    const isOurs = (url: URL) => url.origin === base.origin;
    // Whoever is not the registry gets nothing that was meant for it.
    const isSecure = base.protocol === "https:";
    const authorize = async (url: URL, wanted: Scopes) =>
      isOurs(url) ? await authorization.header({ scopes: wanted, isSecure, traffic, signal }) : undefined;
    const sendTo = async (url: URL, authorized: string | undefined) =>
      await transport.send({
        method,
        url,
        headers: { ...headers, ...(authorized !== undefined && { authorization: authorized }) },
        body,
        answerWithin,
        traffic,
        signal,
      });

    let authorized = await authorize(first, scopes);
    let answer = await sendTo(first, authorized);
    if (answer.status === 401 && isOurs(first)) {
      // Some registries call a repository by another name than they are asked for.
      const demanded = authorization.learn(answer.headers["www-authenticate"]);
      if (authorized !== undefined) authorization.reject(authorized);
      const renewed = await authorize(first, mergeScopes(scopes, demanded)).catch((error: unknown) => {
        answer.body.destroy();
        throw error;
      });
      if (renewed !== undefined && renewed !== authorized) {
        await ignore(answer, signal);
        authorized = renewed;
        answer = await sendTo(first, authorized);
      }
    }
    if (method !== "GET" && method !== "HEAD") return answer;
    return await followRedirects(answer, {
      isAccepted: (status) => call.accepts?.includes(status) ?? false,
      isInsecure: settings.isInsecure,
      follow: async (url) => await sendTo(url, isOurs(url) ? authorized : undefined),
      leave: async (left) => await ignore(left, signal),
    });
  }

  async function askOnce<T>(call: RegistryCall, read: (answer: Answer) => Promise<T>): Promise<T> {
    const base = await host.base(traffic, call.signal);
    const answer = await send(call, base);
    if (answer.status >= 300 && !call.accepts?.includes(answer.status)) {
      const { origin } = answer.url;
      const speaker = origin === base.origin ? undefined : ({ role: "storage", origin } as const);
      throw await readRefusal(answer, { ...reading(call.signal), now: settings.now(), redactor, speaker });
    }
    try {
      return await read(answer);
    } catch (error) {
      answer.body.destroy();
      throw error;
    }
  }

  async function ignore(answer: Answer, signal: AbortSignal): Promise<void> {
    await bytesOf(answer, { ...reading(signal), max: IGNORED_MAX });
  }

  function patience(options: Omit<PatienceOptions, "wasReached">): Patience {
    return createPatience(settings, { ...options, wasReached: host.wasReached });
  }

  async function explain<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof SourceFailure) throw error.cause;
      throw toolErrorOf(error, { host, name, what });
    }
  }

  return {
    name,
    traffic,
    host,
    askOnce,
    patience,
    explain,
    reading,
    ignore,
    ask: async (call, read) =>
      await explain(
        call.what,
        async () => await withRetries(patience(call), async () => await askOnce(call, read)),
      ),
  };
}
