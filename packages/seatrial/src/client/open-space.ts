import type { BrokerAddress } from "./broker.ts";
import { brokerClient } from "./process-broker.ts";
import { createSpace, type OpenedSpace, type Space, type SpaceMessage } from "./space.ts";
import { readTest, type TestContext } from "./test-context.ts";

/** The broker's own. */
const WAIT_MS = 60_000;

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
 * A clean space for a test of `node:test` or vitest, given back when the test ends, and kept for a while when it failed. A test that goes
 * on after its space's time fails. Fails with SpaceError.
 */
export async function openSpace(
  test: TestContext,
  space: string,
  options: SpaceOptions = {},
): Promise<Space> {
  const { name, attempt, signal, after, result } = readTest(test);
  const signals = [signal, options.signal].filter((each) => each !== undefined);
  const opened = await acquire(space, {
    ...options,
    test: name,
    attempt,
    signal: signals.length === 0 ? undefined : AbortSignal.any(signals),
  });
  after(async () => {
    await opened.release(result());
    const overtime = opened.overtime();
    if (overtime !== undefined) throw overtime;
  });
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
  return await acquire(space, options);
}

async function acquire(
  space: string,
  options: NonNullable<Parameters<typeof acquireSpace>[1]>,
): Promise<OpenedSpace> {
  const { test = "", attempt, ttl, wait, signal } = options;
  const client = brokerClient(options.broker);
  const session = await client.session();
  const body = { space, test, session, attempt, ttl, wait, with: options.with?.map(({ id }) => id) };
  const asked = { method: "POST", path: "/v1/spaces", body, wait: wait ?? WAIT_MS, signal } as const;
  return createSpace(await client.ask<SpaceMessage>(asked), client);
}
