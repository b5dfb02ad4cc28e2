import type { SpaceState, SpaceSummary } from "../../model/index.ts";
import type { Broker } from "../broker.ts";
import { spaceError } from "../errors.ts";
import { isHeldBy, type SpaceClient } from "../held-by.ts";
import { type AcquireOptions, acquireFor } from "./acquire.ts";
import { type EndpointCaller, isOwn } from "./caller.ts";
import { refusal } from "./failure.ts";
import type { Answer, Call } from "./http-door.ts";
import { readKeep, readRelease, readRenew, readSpaceRequest } from "./messages.ts";

export interface RouteOptions extends Omit<AcquireOptions, "broker" | "holder" | "isAdmin"> {
  broker: Broker;
  caller: EndpointCaller;
}

/** The requests of protocol/broker.md, for one caller. */
export function createRoutes(options: RouteOptions): (call: Call) => Promise<Answer> {
  const { broker, caller, leases, sessions } = options;
  const isAdmin = caller.admin === true;

  const isVisible = (space: SpaceSummary) => isOwn(caller, space);

  async function listVisible(): Promise<SpaceSummary[]> {
    return (await broker.list()).filter(isVisible);
  }

  /** Fails with SPACE_UNKNOWN unless the caller may touch the space. */
  async function checkOwn(id: string): Promise<void> {
    // The broker knows the ids of all; what was leased here needs no look at the list.
    if (isAdmin || leases.knows(id)) return;
    if (!(await listVisible()).some((space) => space.id === id)) throw unknown(id);
  }

  async function acquire(call: Call): Promise<Answer> {
    const request = readSpaceRequest(call.body);
    const { run, suite } = (isAdmin ? request.holder : undefined) ?? caller;
    const holder = { run, suite, test: request.test, attempt: request.attempt ?? 1 };
    return await acquireFor(request, call.gone, { ...options, holder, isAdmin });
  }

  async function list({ query }: Call): Promise<Answer> {
    const wanted = (name: string, value: string | undefined) => {
      const filter = query.get(name);
      return filter === null || filter === value;
    };
    const spaces = (await listVisible()).filter(
      ({ holder, state, space }) =>
        wanted("test", holder?.test) &&
        wanted("suite", holder?.suite) &&
        wanted("state", state) &&
        wanted("space", space),
    );
    return { status: 200, body: { spaces } };
  }

  async function get(id: string): Promise<Answer> {
    const found = (await listVisible()).find((space) => space.id === id);
    if (found === undefined) throw unknown(id);
    const isHeld = found.state === "leased" || found.state === "kept";
    return {
      status: 200,
      body: isAdmin && isHeld ? { ...found, made: (await broker.find(id)).made } : found,
    };
  }

  /** A suite's own, as the lists are; the owner's of all, or of the suite that it names. */
  async function stats({ query }: Call): Promise<Answer> {
    const of = isAdmin ? namedClient(query) : caller;
    const [outcomes, spaces] = await Promise.all([broker.outcomes(of), broker.list()]);
    const counted = spaces.filter(({ holder }) => of === undefined || isHeldBy(of, holder));
    return {
      status: 200,
      body: {
        spaces: outcomes.map((outcome) => ({
          ...outcome,
          states: countStates(counted.filter(({ space }) => space === outcome.space)),
        })),
      },
    };
  }

  async function change(call: Call, id: string, verb: string): Promise<Answer | undefined> {
    switch (verb) {
      case "release": {
        const result = readRelease(call.body);
        await checkOwn(id);
        const body = await broker.release(id, result);
        leases.end(id);
        return { status: 200, body };
      }
      case "renew": {
        const ttl = readRenew(call.body);
        await checkOwn(id);
        const body = await broker.renew(id, ttl);
        leases.extend(id, body.until);
        return { status: 200, body };
      }
      case "keep": {
        const time = readKeep(call.body);
        await checkOwn(id);
        const body = await broker.keep(id, time);
        leases.extend(id, body.until);
        return { status: 200, body };
      }
    }
    return undefined;
  }

  async function drop(id: string): Promise<Answer> {
    await checkOwn(id);
    const body = await broker.drop(id);
    leases.end(id);
    return { status: 200, body };
  }

  function unknown(id: string) {
    const whose = isAdmin ? "" : " of this suite";
    return spaceError({
      code: "SPACE_UNKNOWN",
      message: `There is no space ${JSON.stringify(id)}${whose}`,
    });
  }

  return async (call) => {
    const [version, group, id, verb, ...rest] = call.path;
    const shape = [call.method, version, group, id === undefined ? "" : "{id}"].filter(Boolean).join(" ");
    const isWhole = rest.length === 0 && id !== "" && (verb === undefined || shape === "POST v1 spaces {id}");
    switch (isWhole ? shape : "") {
      case "POST v1 spaces":
        return await acquire(call);
      case "POST v1 spaces {id}": {
        const answer = verb === undefined ? undefined : await change(call, id ?? "", verb);
        if (answer !== undefined) return answer;
        break;
      }
      case "GET v1 spaces":
        return await list(call);
      case "GET v1 spaces {id}":
        return await get(id ?? "");
      case "DELETE v1 spaces {id}":
        return await drop(id ?? "");
      case "POST v1 sessions":
        return { status: 200, body: { session: await sessions.open(call.gone) }, held: true };
      case "GET v1 stats":
        return await stats(call);
    }
    return noSuchRequest(call);
  };
}

/** Of one run and one suite; both are named, or none. */
function namedClient(query: URLSearchParams): SpaceClient | undefined {
  const [run, suite] = [query.get("run"), query.get("suite")];
  return run === null || suite === null ? undefined : { run, suite };
}

function countStates(spaces: readonly SpaceSummary[]): Partial<Record<SpaceState, number>> {
  const counts: Partial<Record<SpaceState, number>> = {};
  for (const { state } of spaces) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function noSuchRequest({ method, path }: Call): Answer {
  const message = `There is no request ${method} /${path.map(encodeURIComponent).join("/")}`;
  return refusal({ status: 404, message, hint: "protocol/broker.md lists them." });
}
