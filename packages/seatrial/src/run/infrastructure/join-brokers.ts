import type { Broker } from "../../spaces/index.ts";
import { spaceError } from "../../spaces/index.ts";
import { isToolError } from "../../support/error.ts";

/**
 * Several brokers of one owner as one: the last of them gives spaces, and each looks after its own; where there is none, asking for one
 * fails with `none`. Closing it closes none of them.
 */
export function joinBrokers(all: () => readonly Broker[], none: () => Error = noService): Broker {
  function last(): Broker {
    const broker = all().at(-1);
    if (broker !== undefined) return broker;
    throw none();
  }

  /** By whichever knows the space; the last one's refusal counts. */
  async function ask<T>(id: string, call: (broker: Broker) => Promise<T>): Promise<T> {
    for (const broker of all()) {
      try {
        return await call(broker);
      } catch (error) {
        if (!isToolError(error, "SPACE_UNKNOWN")) throw error;
      }
    }
    throw spaceError({
      code: "SPACE_UNKNOWN",
      message: `There is no space ${JSON.stringify(id.slice(0, 80))}.`,
      hint: "`seatrial space list` shows those there are.",
    });
  }

  return {
    prepare: (names) => last().prepare(names),
    openSession: async () => await last().openSession(),
    acquire: async (request, signal) => await last().acquire(request, signal),
    release: async (id, result) => await ask(id, (broker) => broker.release(id, result)),
    renew: async (id, ttl) => await ask(id, (broker) => broker.renew(id, ttl)),
    keep: async (id, time) => await ask(id, (broker) => broker.keep(id, time)),
    drop: async (id) => await ask(id, (broker) => broker.drop(id)),
    find: async (id) => await ask(id, (broker) => broker.find(id)),
    list: async () => (await Promise.all(all().map((broker) => broker.list()))).flat(),
    outcomes: async (of) => (await Promise.all(all().map((broker) => broker.outcomes(of)))).flat(),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function noService(): Error {
  return spaceError({
    code: "SPACE_NOT_DEFINED",
    message: "There are no spaces in this run: no service of a known kind is a part of it.",
    hint: "Name a service of a known kind, or an entry of `spaces` in seatrial.yaml.",
  });
}
