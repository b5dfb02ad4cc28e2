import type { SpaceHolder } from "../../model/index.ts";
import { anyAborted } from "../../support/abort.ts";
import type { Broker, LeasedSpace } from "../broker.ts";
import { spaceError } from "../errors.ts";
import type { HeldSessions } from "./held-sessions.ts";
import type { Answer } from "./http-door.ts";
import { type EndpointLeases, valuesOf } from "./leases.ts";
import type { SpaceMessage, SpaceRequestMessage } from "./messages.ts";
import type { createPresenter } from "./present.ts";

/** What acquiring through an endpoint takes. */
export interface AcquireOptions {
  broker: Pick<Broker, "acquire" | "release">;
  leases: EndpointLeases;
  sessions: HeldSessions;
  presenter: ReturnType<typeof createPresenter>;
  holder: SpaceHolder;
  /** The client is the owner's own. */
  isAdmin: boolean;
  closing: AbortSignal;
}

/** Answers a request for a space. A space whose client is gone before it has the answer is given back. */
export async function acquireFor(
  request: SpaceRequestMessage,
  gone: AbortSignal,
  options: AcquireOptions,
): Promise<Answer> {
  const { broker, leases, holder } = options;
  const { space, session, ttl, wait, key } = request;
  const others = valuesOf(leases, request.with ?? []);
  if (others.missing !== undefined)
    throw spaceError({
      code: "SPACE_UNKNOWN",
      message: `with: there is no leased space ${JSON.stringify(others.missing)} of this client`,
    });
  const signals = [gone, options.closing];
  if (session !== undefined) signals.push(options.sessions.signalOf(session));
  using either = anyAborted(signals);
  const { signal } = either;
  const leased = await broker.acquire({ space, holder, session, ttl, wait, key }, signal);

  const isRepeated = leases.get(leased.id) !== undefined;
  const lease = leases.begin({ id: leased.id, space, session, until: leased.until });
  function giveBack(): void {
    if (isRepeated) return;
    leases.end(leased.id);
    // Where that fails the lease still ends with its session or its time.
    broker.release(leased.id, { outcome: "skipped" }).catch(() => undefined);
  }

  try {
    signal.throwIfAborted();
    lease.message ??= await present(leased, { ...options, others: others.spaces, ended: lease.ended });
    signal.throwIfAborted();
  } catch (error) {
    // A client that says that it may ask again finds its space as it was.
    if (key === undefined || !signal.aborted) giveBack();
    throw error;
  }
  const answer: Answer = { status: 201, body: lease.message };
  return key === undefined ? { ...answer, onUndelivered: giveBack } : answer;
}

async function present(
  leased: LeasedSpace,
  options: AcquireOptions & {
    others: Parameters<AcquireOptions["presenter"]["addFiles"]>[1];
    ended: AbortSignal;
  },
): Promise<SpaceMessage> {
  const { presenter, ended } = options;
  const message = await presenter.address(leased, ended);
  if (options.isAdmin) return { ...message, made: leased.made };
  return await presenter.addFiles(message, options.others, ended);
}
