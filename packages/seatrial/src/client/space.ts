import type { BrokerClient } from "./broker.ts";
import { SpaceError } from "./space-error.ts";

/** A clean place in a real service: a database with its role, a vhost, a bucket, a server process. Nobody else has it. */
export interface Space {
  readonly id: string;
  /** The definition's name: a service, unless the project defines others. */
  readonly space: string;
  readonly service: string;
  /** `postgres`, `mysql`, `redis`, `mongodb`, `rabbitmq`, `nats`, `s3`. */
  readonly kind: string;
  /** In its server. */
  readonly name: string;
  readonly url: string;
  /** Every part of the address: `url`, `host`, `port`, `user`, `password`, `name`, and what the kind adds. */
  readonly values: Readonly<Record<string, string>>;
  /** The kind's usual variables, such as `PGHOST`. */
  readonly env: Readonly<Record<string, string>>;
  /** The project's configuration templates, rendered for this space. */
  readonly files: readonly SpaceFile[];
  readonly leasedAt: Date;
  /** When it is taken back, unless it was given back or renewed before. */
  readonly until: Date;
  /** The rendered file of this name. Fails when there is none. */
  file(name: string): SpaceFile;
  /** Runs before it is given back, the last one first: the place to close connections to it. */
  onRelease(undo: () => unknown): void;
  /** Its time begins anew. Milliseconds; default and upper limit are the definition's. */
  renew(ttl?: number): Promise<void>;
  /** Keeps it for this long after the test, whatever came of it: `seatrial space open <id>`. */
  keep(time?: number): Promise<void>;
  /** Gives it back; that of a test that failed is kept for a while. Again is fine. `openSpace` does this by itself. */
  release(result?: SpaceResult): Promise<void>;
  /** Gives it back with an unknown outcome. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A rendered configuration file. */
export interface SpaceFile {
  readonly name: string;
  /** Absolute, readable for this user alone. */
  readonly path: string;
  readonly text: string;
}

/** What came of the test that had a space. */
export interface SpaceResult {
  outcome: "passed" | "failed" | "skipped" | "unknown";
  /** What failed, in a line. */
  message?: string | undefined;
}

/** `space` of protocol/broker.md. */
export interface SpaceMessage
  extends Pick<Space, "id" | "space" | "service" | "kind" | "name" | "url" | "values" | "env" | "files"> {
  leasedAt: string;
  until: string;
}

/** A space as this client has it. */
export interface OpenedSpace extends Space {
  /** Undefined: it was its holder's until it was given back. Else what to tell the test that had it for longer. */
  overtime(): Error | undefined;
}

/** A space from the broker's answer. */
export function createSpace(message: SpaceMessage, client: BrokerClient): OpenedSpace {
  const { id, space, service, kind, name, url, values, env, files } = message;
  const undos: (() => unknown)[] = [];
  const leasedAt = new Date(message.leasedAt);
  // The broker may be on a machine with another time.
  const received = performance.now();
  let until = new Date(message.until);
  let overtime: Error | undefined;
  let released: Promise<void> | undefined;

  async function change(verb: string, body: object): Promise<void> {
    const path = `/v1/spaces/${encodeURIComponent(id)}/${verb}`;
    const summary = await client.ask<{ until?: string }>({ method: "POST", path, body });
    if (summary.until !== undefined) until = new Date(summary.until);
  }

  async function release(result: SpaceResult): Promise<void> {
    const errors: unknown[] = [];
    for (let undo = undos.pop(); undo !== undefined; undo = undos.pop()) {
      try {
        await undo();
      } catch (error) {
        errors.push(error);
      }
    }
    await change("release", result).catch((error: unknown) => errors.push(error));
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, `several steps of giving ${space} back failed`);
  }

  async function giveBack(result: SpaceResult): Promise<void> {
    if (released === undefined) {
      const given = until.getTime() - leasedAt.getTime();
      if (performance.now() - received > given) overtime = tooLong({ id, space }, given);
      released = release(result);
    }
    await released;
  }

  return {
    ...{ id, space, service, kind, name, url, values, env, files },
    leasedAt,
    overtime: () => overtime,
    get until() {
      return until;
    },
    file(wanted) {
      const found = files.find((each) => each.name === wanted);
      if (found !== undefined) return found;
      const known = files.length === 0 ? "none" : files.map((each) => each.name).join(", ");
      throw new SpaceError({
        code: "CONFIG_TEMPLATE_INVALID",
        message: `A space of ${space} has no file ${JSON.stringify(wanted)}; its files: ${known}`,
        hint: `Files are listed under \`spaces: ${space}: files:\` in seatrial.yaml; their names are without .tmpl.`,
      });
    },
    onRelease: (undo) => void undos.push(undo),
    renew: async (ttl) => await change("renew", { ttl }),
    keep: async (time) => await change("keep", { time }),
    release: async (result = { outcome: "unknown" }) => await giveBack(result),
    [Symbol.asyncDispose]: async () => await giveBack({ outcome: "unknown" }),
  };
}

function tooLong({ id, space }: Pick<Space, "id" | "space">, given: number): Error {
  const time = `it was given for ${given / 1000} s`;
  return new Error(`the space ${id} of ${space} ended before its test: ${time} (\`ttl\`, \`space.renew\`)`);
}
