import { findProject } from "../../config/index.ts";
import { openSpaceClient } from "../../run/index.ts";
import { loadKind } from "../../spaces/index.ts";
import { EXIT } from "../../support/error.ts";
import { cliError } from "../errors.ts";
import type { GlobalFlags } from "../flags.ts";
import { listenForStop } from "../stop-signals.ts";
import type { Surroundings } from "../surroundings.ts";
import { openTools } from "../wire.ts";
import { durationOf } from "./duration.ts";
import { describeOwner, findSpace, withLiveSpaces } from "./live-spaces.ts";
import { formatSpaces } from "./space-list.ts";

interface SpaceOptions<F> {
  surroundings: Surroundings;
  flags: F;
}

/** Lists the spaces of this project's living owners, or of all. */
export async function spaceListCommand(
  options: SpaceOptions<GlobalFlags & { all?: boolean; json?: boolean }>,
): Promise<number> {
  const { surroundings, flags } = options;
  using stop = listenForStop(() => undefined);
  const root =
    flags.all === true
      ? undefined
      : (await findProject({ environment: surroundings.environment, ...flags })).root;
  return await withLiveSpaces({ surroundings, root, signal: stop.signal }, async (spaces) => {
    const lines =
      flags.json === true
        ? [
            JSON.stringify(
              spaces.map(({ space, of }) => ({ owner: of.entry.run, root: of.entry.root, ...space })),
            ),
          ]
        : formatSpaces(spaces, Date.now());
    for (const line of lines) surroundings.stdout.write(`${line}\n`);
    return EXIT.ok;
  });
}

/** Opens the usual client of a leased or kept space; the exit code is the client's. */
export async function spaceOpenCommand(
  options: SpaceOptions<GlobalFlags & { id: string; arguments: string[] }>,
): Promise<number> {
  const { surroundings, flags } = options;
  const { stdin: input, stdout: output, stderr: errors, environment } = surroundings;
  using stop = listenForStop(() => undefined);
  const { signal } = stop;
  return await withLiveSpaces({ surroundings, signal }, async (spaces) => {
    const found = findSpace(spaces, flags.id);
    const space = await found.of.broker.find(flags.id);
    const { run, project, network, services } = await describeOwner(found, signal);
    const image = services.find(({ outcome }) => outcome.name === space.service)?.outcome.imageId;
    if (network === undefined || image === undefined) throw noService(space.service, run);
    const { engine, launcher } = await openTools(surroundings, { signal });
    await using _engine = engine;
    const exit = await openSpaceClient({
      space,
      kind: await loadKind(space.kind),
      place: { run, project, network, image },
      arguments: flags.arguments,
      launcher,
      term: environment.env["TERM"],
      ends: { input, output, errors },
      signal,
    });
    return exit.code ?? EXIT.failed;
  });
}

/** Removes a space from its server, in whatever state it is. */
export async function spaceDropCommand(options: SpaceOptions<GlobalFlags & { id: string }>): Promise<number> {
  const { surroundings, flags } = options;
  using stop = listenForStop(() => undefined);
  return await withLiveSpaces({ surroundings, signal: stop.signal }, async (spaces) => {
    await findSpace(spaces, flags.id).of.broker.drop(flags.id);
    surroundings.stdout.write(`dropped ${flags.id}\n`);
    return EXIT.ok;
  });
}

/** Keeps a leased space beyond its test, or a kept one for longer; never for less long than it would be. */
export async function spaceKeepCommand(
  options: SpaceOptions<GlobalFlags & { id: string; for?: string }>,
): Promise<number> {
  const { surroundings, flags } = options;
  const time = flags.for === undefined ? undefined : durationOf("--for", flags.for);
  using stop = listenForStop(() => undefined);
  return await withLiveSpaces({ surroundings, signal: stop.signal }, async (spaces) => {
    const { of, space } = findSpace(spaces, flags.id);
    const { until = "" } = await of.broker.keep(flags.id, time);
    const same = space.until === until ? ", as it was before" : "";
    surroundings.stdout.write(`kept ${flags.id} until ${until}${same}\n`);
    return EXIT.ok;
  });
}

function noService(service: string, run: string): Error {
  return cliError({
    code: "SPACE_NOT_FOUND",
    message: `The service ${service} of run ${run} is not ready any more.`,
    hint: "seatrial space list",
  });
}
