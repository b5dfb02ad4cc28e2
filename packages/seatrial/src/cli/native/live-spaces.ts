import type { SpaceSummary } from "../../model/index.ts";
import {
  connectOwner,
  type Description,
  type FoundJournal,
  type OwnerClient,
  readJournals,
} from "../../run/index.ts";
import { type Broker, connectBroker } from "../../spaces/index.ts";
import { isToolError } from "../../support/error.ts";
import { cliError } from "../errors.ts";
import { stateFolder } from "../paths.ts";
import type { Surroundings } from "../surroundings.ts";

/** A living owner, and what speaks to it about its spaces. */
export interface LiveOwner {
  entry: FoundJournal;
  owner: OwnerClient;
  broker: Broker;
}

/** A space, and whose it is. */
export interface LiveSpace {
  space: SpaceSummary;
  of: LiveOwner;
}

/** Calls `use` with the spaces of all living owners of this user, or of one project's; those that end meanwhile are left out. */
export async function withLiveSpaces<T>(
  options: { surroundings: Surroundings; root?: string | undefined; signal: AbortSignal },
  use: (spaces: LiveSpace[]) => Promise<T>,
): Promise<T> {
  const { surroundings, root, signal } = options;
  const journals = await readJournals(stateFolder(surroundings.environment));
  const owners = journals
    .filter((entry) => entry.alive && (root === undefined || entry.root === root))
    .flatMap((entry) => (entry.control === undefined ? [] : [connect(entry, entry.control, signal)]));
  try {
    const found = await Promise.all(
      owners.map(async (of) => (await listOf(of)).map((space) => ({ space, of }))),
    );
    return await use(found.flat());
  } finally {
    await Promise.all(owners.map(({ broker }) => broker[Symbol.asyncDispose]()));
  }
}

/** The one with this id. Fails with SPACE_NOT_FOUND. */
export function findSpace(spaces: readonly LiveSpace[], id: string): LiveSpace {
  const found = spaces.find(({ space }) => space.id === id);
  if (found !== undefined) return found;
  throw cliError({
    code: "SPACE_NOT_FOUND",
    message: `There is no space ${id}.`,
    hint: "seatrial space list shows those there are; a space ends with its run, and kept ones after a while.",
  });
}

/** What the space's owner tells of itself. */
export async function describeOwner({ of }: LiveSpace, signal: AbortSignal): Promise<Description> {
  return await of.owner.describe({ signal });
}

function connect(entry: FoundJournal, control: string, signal: AbortSignal): LiveOwner {
  const owner = connectOwner({ run: entry.run, control });
  return { entry, owner, broker: connectBroker({ dial: () => owner.dialBroker({ signal }), signal }) };
}

async function listOf({ broker }: LiveOwner): Promise<SpaceSummary[]> {
  try {
    return await broker.list();
  } catch (error) {
    // It has ended since it was found, or is about to.
    const ended = ["OWNER_AWAY", "BROKER_UNREACHABLE", "BROKER_CLOSED"].some((code) =>
      isToolError(error, code),
    );
    if (ended) return [];
    throw error;
  }
}
