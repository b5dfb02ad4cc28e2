import { type Deferred, deferred } from "../../support/abort.ts";
import { spaceError } from "../errors.ts";
import type { MadeSpace, SpaceServer } from "../maker.ts";

/** A space in a server in memory: some entries, behind a password, with connections to it. */
export interface MemorySpace {
  made: MadeSpace;
  data: Map<string, string>;
  label: string;
  /** How often it was put back. */
  uses: number;
  connections: Set<MemoryConnection>;
}

/** A client's connection to a space. It works until the server ends it. */
export interface MemoryConnection extends AsyncDisposable {
  read(): ReadonlyMap<string, string>;
  write(key: string, value: string): void;
  readonly isOpen: boolean;
  readonly ended: Promise<void>;
}

/** Connects as a client would. Fails with SPACE_SERVER_LOST when the space is not there or the password is another one. */
export function connectTo(spaces: ReadonlyMap<string, MemorySpace>, made: MadeSpace): MemoryConnection {
  const space = spaces.get(made.name);
  if (space === undefined || space.made.values["password"] !== made.values["password"]) {
    throw spaceError({ code: "SPACE_SERVER_LOST", message: `${made.name} lets nobody in` });
  }
  const over: Deferred<void> = deferred();
  let isOpen = true;
  const check = () => {
    if (!isOpen)
      throw spaceError({ code: "SPACE_SERVER_LOST", message: `the connection to ${made.name} is over` });
  };
  void over.promise.then(() => space.connections.delete(connection));
  const connection: MemoryConnection = {
    read() {
      check();
      return new Map(space.data);
    },
    write(key, value) {
      check();
      space.data.set(key, value);
    },
    get isOpen() {
      return isOpen;
    },
    ended: over.promise,
    async [Symbol.asyncDispose]() {
      isOpen = false;
      over.resolve();
    },
  };
  space.connections.add(connection);
  return connection;
}

/** Ends every connection to a space. */
export function endConnections(space: MemorySpace): void {
  for (const connection of space.connections) void connection[Symbol.asyncDispose]();
  space.connections.clear();
}

/** A service whose container cannot be reached: the kind in memory needs none. */
export function memoryServer(service: string): SpaceServer {
  const away = async () => {
    throw spaceError({ code: "SPACE_SERVER_LOST", message: `${service} has no container` });
  };
  return {
    service,
    port: 5432,
    admin: {},
    env: {},
    dial: away,
    run: away,
    readFile: away,
    writeFile: away,
  };
}
