import type { ImageConfig, ServiceSpec } from "../../model/index.ts";
import { overlap } from "./overlap.ts";
import type { ServerChange, SnapshotDescription } from "./preset.ts";

/** How a service of a kind is prepared so that its state can be kept. */
export interface SnapshotRecipe {
  /** The service with its data outside of declared volumes, or undefined when its command is not the image's own. */
  prepare(options: {
    spec: ServiceSpec;
    image: ImageConfig;
  }): { spec: ServiceSpec; stopSignal: string } | undefined;
}

/**
 * Applies a description to a service: data moved, and durability given up unless the service is durable. Undefined where the
 * description does not hold: another entrypoint or command, another user than root, a read-only root, or data that the user
 * brings along or shares with another service.
 */
export function snapshotRecipe(description: SnapshotDescription): SnapshotRecipe {
  return {
    prepare({ spec, image }) {
      const command = spec.command ?? (spec.entrypoint === undefined ? image.command : []);
      if (!holds({ description, spec, image, command })) return undefined;
      const changes = [description.relocation, ...(spec.durable ? [] : [description.relaxation])];
      return {
        spec: {
          ...spec,
          env: Object.assign({}, spec.env, ...changes.map((change) => change.env)),
          command: withArguments(command, changes),
        },
        stopSignal: description.stopSignal,
      };
    },
  };
}

function holds(options: {
  description: SnapshotDescription;
  spec: ServiceSpec;
  image: ImageConfig;
  command: readonly string[];
}): boolean {
  const { description, spec, image, command } = options;
  const [entrypoint = "", ...more] = spec.entrypoint ?? image.entrypoint;
  const first = command[0] ?? "";
  const user = (spec.user ?? image.user).split(":")[0] ?? "";
  return (
    more.length === 0 &&
    entrypoint.slice(entrypoint.lastIndexOf("/") + 1) === description.entrypoint &&
    (first.startsWith("-") || description.servers.includes(first)) &&
    // Only root can make the new directory and hand it to the server's user.
    ["", "0", "root"].includes(user) &&
    !spec.security.readOnlyRoot &&
    ![...spec.files, ...spec.mounts.filter(({ kind }) => kind === "volume")].some(({ target }) =>
      description.usualDataDirectories.some((folder) => overlap(target, folder)),
    )
  );
}

function withArguments(command: readonly string[], changes: readonly ServerChange[]): string[] {
  const added = changes.flatMap((change) => change.arguments);
  const [first = "", ...rest] = command;
  return first.startsWith("-") ? [...added, ...command] : [first, ...added, ...rest];
}
