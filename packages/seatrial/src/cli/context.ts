import type { RunEvent } from "../model/index.ts";
import { createLogs } from "../report/index.ts";
import type { RunContext } from "../run/index.ts";
import { createEventBus, type Stamped } from "../support/events.ts";
import { createRedactor } from "../support/redact.ts";
import { openSnapshots } from "./open-snapshots.ts";
import { cacheFolder } from "./paths.ts";
import type { Session } from "./session.ts";

/** What services outside of a run are started with; what they tell goes to `emit`, secrets replaced. */
export async function createContext(options: {
  session: Session;
  run: string;
  folder: string;
  fresh: boolean;
  emit: (event: Stamped<RunEvent>) => void;
  signal: AbortSignal;
}): Promise<RunContext> {
  const { session, run, folder, signal } = options;
  const { environment } = session.surroundings;
  const now = () => performance.now();
  const bus = createEventBus<RunEvent>(now);
  const redactor = createRedactor(session.secrets);
  bus.subscribe(options.emit);
  const emit = (event: RunEvent) => bus.emit(redactor.value(event));
  return {
    run,
    engine: session.engine,
    launcher: session.launcher,
    emit,
    logs: createLogs({ folder, redactor, emit, onError: () => undefined }),
    folder,
    env: environment.env,
    cacheFolder: cacheFolder(environment),
    hide: redactor.add,
    forget: redactor.remove,
    snapshots: await openSnapshots({ session, fresh: options.fresh, signal }),
    source: session.source,
    now,
    signal,
  };
}
