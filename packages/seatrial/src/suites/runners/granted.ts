import type { ShardContext } from "./runner.ts";

/** Does what starts one process of a suite, with what that process is granted. */
export async function withGrant<T>(options: {
  context: ShardContext;
  process: string;
  run: (context: ShardContext) => Promise<T>;
  /** Whether any test of it failed, or the process itself. */
  failed: (result: T) => boolean;
}): Promise<T> {
  const { context, run, failed } = options;
  if (context.grant === undefined) return await run(context);
  const grant = await context.grant(options.process, context.signal);
  let outcome: "passed" | "failed" = "failed";
  try {
    const result = await run({ ...context, env: { ...context.env, ...grant.env } });
    if (!failed(result)) outcome = "passed";
    return result;
  } finally {
    await grant.release(outcome);
  }
}
