import type { FileSpec, MountSpec } from "../model/index.ts";
import { placeBind } from "./bind.ts";
import type { ServiceContext } from "./context.ts";
import type { ResolvedCompose } from "./document.ts";
import { tmpfsMounts, tmpfsVolume } from "./tmpfs.ts";
import { asFlag, asList, asRecord, asText, isBlank } from "./value.ts";

/** Named volumes that are mounted more than once by the planned services, and so must be shared between containers. */
export function sharedVolumes(compose: ResolvedCompose, planned: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const mount of planned.flatMap((name) => asList(compose.services[name]?.["volumes"]))) {
    const { type, source } = asRecord(mount);
    const name = type === "volume" ? asText(source) : undefined;
    if (name === undefined) continue;
    if (seen.has(name)) shared.add(name);
    seen.add(name);
  }
  return shared;
}

/** The mounts of a service, and the files that stand in for its bind mounts. */
export async function volumesOf(
  context: ServiceContext,
  shared: ReadonlySet<string>,
): Promise<{ mounts: MountSpec[]; files: FileSpec[] }> {
  const mounts: MountSpec[] = tmpfsMounts(context);
  const files: FileSpec[] = [];
  for (const written of asList(context.service["volumes"]).map(asRecord)) {
    const type = asText(written["type"]) ?? "";
    const target = asText(written["target"]) ?? "";
    const source = asText(written["source"]);
    if (type === "bind" && source !== undefined) {
      const readOnly = asFlag(written["read_only"]);
      const makes = asFlag(asRecord(written["bind"])["create_host_path"]);
      const placed = await placeBind(context, { source, target, readOnly, makes });
      if (placed.file !== undefined) files.push(placed.file);
      if (placed.mount !== undefined) mounts.push(placed.mount);
    } else if (type === "volume") {
      mounts.push(volumeMount(context, { written, target, source, shared }));
    } else if (type === "tmpfs") {
      mounts.push(tmpfsVolume(target, written["tmpfs"]));
    } else {
      const why = `mounts of type ${type} cannot be made`;
      throw context.refusal({
        key: `volumes: ${target}`,
        why,
        hint: "Use a named volume, or copy the files.",
      });
    }
  }
  return { mounts, files };
}

function volumeMount(
  context: ServiceContext,
  options: {
    written: Record<string, unknown>;
    target: string;
    source: string | undefined;
    shared: ReadonlySet<string>;
  },
): MountSpec {
  const { written, target, source, shared } = options;
  const { nocopy, subpath } = asRecord(written["volume"]);
  if (!isBlank(subpath)) {
    throw context.refusal({
      key: `volumes: ${target}`,
      why: "a volume of a run is new and has no subpath",
      hint: "Mount the volume as a whole, or use two volumes.",
    });
  }
  if (source === undefined) return { kind: "anonymous", target };
  checkVolume(context, source);
  context.note({
    key: `volumes: ${source}`,
    becomes: "new in each run, and removed with it",
    why: "what one run leaves must not reach the next",
  });
  // A nameless volume goes with its container, even when the owner is killed.
  if (!shared.has(source)) return { kind: "anonymous", target, empty: asFlag(nocopy) || undefined };
  return { kind: "volume", name: source, target, readOnly: asFlag(written["read_only"]) };
}

function checkVolume(context: ServiceContext, name: string): void {
  const { external, driver, driver_opts } = context.compose.volumes[name] ?? {};
  const options = asRecord(driver_opts);
  const why = !isBlank(external)
    ? "it lives outside of the run, and tests would change it"
    : !isBlank(driver) && driver !== "local"
      ? `volume driver ${asText(driver)} is not used in a run`
      : !isBlank(options["device"]) && options["type"] !== "tmpfs"
        ? `it stands for ${asText(options["device"])}, which lies outside of the run`
        : undefined;
  if (why === undefined) return;
  throw context.refusal({
    key: `volumes: ${name}`,
    why,
    hint: `Define ${name} as a plain volume in an override file that only Seatrial reads, and fill it with an init script.`,
  });
}
