import type { BrokerAddress } from "./broker.ts";
import { brokerClient } from "./process-broker.ts";
import { createSpace, type Space, type SpaceMessage } from "./space.ts";
import { readTest, type TestContext } from "./test-context.ts";

export interface SpaceOptions {
  /** Milliseconds until it is taken back. Default and upper limit: the definition's. */
  ttl?: number | undefined;
  /** Milliseconds to wait for a free one. Default: 60000. */
  wait?: number | undefined;
  /** Spaces of the same test that configuration files name: `{{spaces.redis.url}}`. */
  with?: readonly Pick<Space, "id">[] | undefined;
  /** Stops the waiting. */
  signal?: AbortSignal | undefined;
  /** Default: what `SEATRIAL_BROKER` and `SEATRIAL_TOKEN` say. */
  broker?: BrokerAddress | undefined;
}

/**
 * A clean space for a test of `node:test` or vitest, given back when the test ends, and kept for a while when it failed. Fails with
 * SpaceError.
 */
export async function openSpace(
  test: TestContext,
  space: string,
  options: SpaceOptions = {},
): Promise<Space> {
  const { name, attempt, signal, after, result } = readTest(test);
  const signals = [signal, options.signal].filter((each) => each !== undefined);
  const opened = await acquireSpace(space, {
    ...options,
    test: name,
    attempt,
    signal: signals.length === 0 ? undefined : AbortSignal.any(signals),
  });
  after(async () => await opened.release(result()));
  return opened;
}

/** A clean space for whatever is no single test: `await using space = await acquireSpace("postgres")`. Fails with SpaceError. */
export async function acquireSpace(
  space: string,
  options: SpaceOptions & {
    /** Whom `seatrial space list` names. */
    test?: string | undefined;
    attempt?: number | undefined;
  } = {},
): Promise<Space> {
  const { test = "", attempt, ttl, wait, signal } = options;
  const client = brokerClient(options.broker);
  const session = await client.session();
  const body = { space, test, session, attempt, ttl, wait, with: options.with?.map(({ id }) => id) };
  const message = await client.ask<SpaceMessage>({ method: "POST", path: "/v1/spaces", body, signal });
  return createSpace(message, client);
}
