import { orAborted } from "../../support/abort.ts";
import type { MakerOptions, SpaceMaker } from "../maker.ts";
import { createAccountServer } from "./account-server.ts";
import { readSettings } from "./base.ts";
import { newPassword } from "./password.ts";

/** Spaces that are an account each in a server process that they share. */
export async function openAccountMaker(options: MakerOptions): Promise<SpaceMaker> {
  options.signal.throwIfAborted();
  const shared = createAccountServer(options, await readSettings(options));
  try {
    await orAborted(shared.apply(), options.signal);
  } catch (error) {
    await Promise.allSettled([shared[Symbol.asyncDispose]()]);
    throw error;
  }
  const { accounts } = shared;

  return {
    async make(name, signal) {
      signal.throwIfAborted();
      const account = { user: name, password: newPassword() };
      accounts.set(name, account);
      // Broken off, it stays in the list until it is dropped.
      const port = await orAborted(shared.apply(), signal);
      return { name, port, values: { ...account, name } };
    },
    // Another account costs as little, and nobody from before knows its password.
    async reset(_space, signal) {
      signal.throwIfAborted();
      return false;
    },
    async drop(name, signal) {
      signal.throwIfAborted();
      const account = accounts.get(name);
      if (account === undefined) return;
      accounts.delete(name);
      try {
        await orAborted(shared.apply(), signal);
      } catch (error) {
        accounts.set(name, account);
        throw error;
      }
    },
    async list(prefix, signal) {
      signal.throwIfAborted();
      return [...accounts.keys()].filter((name) => name.startsWith(prefix));
    },
    label: async (_name, _text, signal) => signal.throwIfAborted(),
    async size(_space, signal) {
      signal.throwIfAborted();
      return undefined;
    },
    [Symbol.asyncDispose]: () => shared[Symbol.asyncDispose](),
  };
}
