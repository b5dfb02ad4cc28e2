import type { Launcher, ProcessExit } from "../agent/index.ts";
import { type Digest, PLAIN_SECURITY } from "../model/index.ts";
import type { LeasedSpace, SpaceKindDriver } from "../spaces/index.ts";
import { guestLabel, runLabels } from "./labels.ts";
import { interact, type ShellEnds } from "./terminal.ts";

/** Whose space it is, and where it can be reached. */
export interface SpacePlace {
  run: string;
  project: string;
  /** The id of the run's network. */
  network: string;
  /** The image of the space's service, which has the client. */
  image: Digest;
}

/**
 * Opens the usual client of a space in a container beside its service, for somebody who types or for a script that is piped in. The
 * service's own container belongs to its owner alone.
 */
export async function openSpaceClient(options: {
  space: LeasedSpace;
  kind: SpaceKindDriver;
  place: SpacePlace;
  /** Further arguments of the client. */
  arguments: readonly string[];
  launcher: Launcher;
  term: string | undefined;
  ends: ShellEnds;
  signal: AbortSignal;
}): Promise<ProcessExit> {
  const { space, kind, place, launcher, signal } = options;
  const values = kind.values(space.made, { host: space.service, port: space.made.port });
  const client = kind.client(values);
  await using workload = await launcher.launch(
    {
      name: `seatrial-${place.run}-open-${space.id}-${process.pid}`,
      label: `the client of space ${space.id}`,
      image: place.image,
      labels: { ...runLabels(place), ...guestLabel(place.run) },
      env: {},
      network: { id: place.network, aliases: [] },
      mounts: [],
      limits: {},
      security: PLAIN_SECURITY,
      extraHosts: [],
    },
    signal,
  );
  return await interact({
    agent: workload.agent,
    process: { argv: [...client.argv, ...options.arguments], env: client.env, workingDir: "/" },
    term: options.term,
    ends: options.ends,
    signal,
  });
}
