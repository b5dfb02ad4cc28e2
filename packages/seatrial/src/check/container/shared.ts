import type { CheckContext } from "../context.ts";
import { type CheckContainer, openContainer } from "./container.ts";

/** The one container for everything that leaves no trace in it: it starts when it is first asked for. */
export interface SharedContainer {
  get(): Promise<CheckContainer>;
  /** Ends it, if it was started. */
  close(): Promise<void>;
}

export function shareContainer(context: CheckContext): SharedContainer {
  let opening: Promise<CheckContainer> | undefined;
  return {
    async get() {
      opening ??= openContainer({ context, part: "shared", signal: context.signal });
      return await opening;
    },
    async close() {
      // Whoever asked for it has heard why it did not start.
      const opened = await opening?.catch(() => undefined);
      await opened?.[Symbol.asyncDispose]();
    },
  };
}
