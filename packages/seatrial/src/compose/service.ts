import type { FileSpec, MountSpec, ServiceSpec } from "../model/index.ts";
import type { ServiceContext } from "./context.ts";
import { dependenciesOf } from "./dependencies.ts";
import { materialFiles, SECRETS_FOLDER } from "./files.ts";
import { type ComposeHealth, healthOf } from "./health.ts";
import { imageSourceOf } from "./image-source.ts";
import { checkKeys } from "./key-check.ts";
import { checkDeployment, limitsOf } from "./limits.ts";
import { noteNetwork, portsOf } from "./network.ts";
import { processOf } from "./process.ts";
import { extraHostsOf, securityOf } from "./security.ts";
import { type ServiceSettings, settingsOf } from "./settings.ts";
import { volumesOf } from "./volumes.ts";

/** A Compose service after rewriting. How it is known to be ready, and whether its state is kept, is decided by others. */
export interface ComposeService {
  spec: Omit<ServiceSpec, "readiness" | "durable" | "snapshots">;
  /** Its own health check. Absent: the image's, if that has one. */
  health?: ComposeHealth | undefined;
  /** TCP ports that it says to listen on, in its own order. */
  ports: number[];
  /** Its `x-seatrial` section. */
  settings: ServiceSettings;
}

/** What is known of a service from outside of its own section. */
export interface ServicePlace {
  /** The key of the build target of its image; absent when it is pulled. */
  builtAs?: string | undefined;
  aliases: string[];
  oneShot: boolean;
  /** The services of the run. */
  started: ReadonlySet<string>;
  sharedVolumes: ReadonlySet<string>;
}

/** Translates one service. Fails with COMPOSE_UNSUPPORTED, COMPOSE_INVALID or COMPOSE_SOURCE_MISSING. */
export async function translateService(
  context: ServiceContext,
  place: ServicePlace,
): Promise<ComposeService> {
  const { name, service } = context;
  checkKeys(context);
  checkDeployment(context);
  noteNetwork(context);
  const { mounts, files } = await volumesOf(context, place.sharedVolumes);
  files.push(...(await materialFiles(context)));
  // Outer folders first, so that a file laid into a folder is not covered by the folder's own.
  files.sort((a, b) => depthOf(a.target) - depthOf(b.target));
  const security = securityOf(context);
  if (security.readOnlyRoot) security.readOnlyRoot = canStayReadOnly(context, files, mounts);
  return {
    spec: {
      name,
      image: imageSourceOf(context, place.builtAs),
      ...processOf(service),
      aliases: place.aliases,
      files,
      mounts,
      dependsOn: dependenciesOf(service).filter((dependency) => place.started.has(dependency.service)),
      oneShot: place.oneShot,
      limits: limitsOf(service),
      security,
      extraHosts: extraHostsOf(service["extra_hosts"]),
    },
    health: healthOf(service),
    ports: portsOf(service),
    settings: settingsOf(context),
  };
}

/** Files are placed in a running container, so their targets must be writable: in a mount, or in a writable root. */
function canStayReadOnly(
  { note }: ServiceContext,
  files: readonly FileSpec[],
  mounts: readonly MountSpec[],
): boolean {
  const writable = [SECRETS_FOLDER, ...mounts.map((mount) => mount.target)];
  const outside = files.find(
    ({ target }) => !writable.some((folder) => target === folder || target.startsWith(`${folder}/`)),
  );
  if (outside === undefined) return true;
  note({
    key: "read_only",
    becomes: "a writable root file system",
    why: `${outside.target} is placed in it before the service starts`,
  });
  return false;
}

function depthOf(target: string): number {
  return target.split("/").length;
}
