import { access, constants, lstat, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { type FileSpec, formatBytes, type MountSpec } from "../model/index.ts";
import { messageOf } from "../support/error.ts";
import type { ServiceContext } from "./context.ts";
import { nameFiles } from "./document.ts";
import { composeError } from "./errors.ts";
import { measure } from "./measure.ts";
import { asText } from "./value.ts";

export interface Bind {
  /** Absolute path on the host. */
  source: string;
  target: string;
  readOnly: boolean;
  /** A folder that is not there is made, as the short form of `volumes:` asks for. */
  makes: boolean;
}

/** What may travel into a container before it starts. */
export const BIND_LIMITS = { files: 5_000, bytes: 64_000_000 };

/**
 * A bind mount as files that travel through the agent. A folder goes into a volume of its own, so that, as with a bind
 * mount, it hides what the image has at its target. Where Compose would make the folder, the volume is an empty one.
 */
export async function placeBind(
  context: ServiceContext,
  bind: Bind,
): Promise<{ file?: FileSpec | undefined; mount?: MountSpec | undefined }> {
  refuseHostFolders(context, bind);
  const mount: MountSpec = { kind: "anonymous", target: bind.target, empty: true };
  if (bind.makes && (await isMissingFolder(bind.source))) {
    context.note({
      key: `volumes: ${bind.source}`,
      becomes: "an empty volume, new in each run",
      why: "the folder is not there, and a run makes none on the host",
    });
    return { mount };
  }
  const { source, isFolder } = await findSource(context, bind);
  await refuseLarge(context, bind, source);
  if (!bind.readOnly) {
    context.note({
      key: `volumes: ${bind.target}`,
      becomes: "a copy of the files; what the service writes does not come back",
      why: "files travel into containers, so that remote engines and CI behave alike",
    });
  }
  const owner = bind.readOnly ? undefined : numericUser(context);
  const file: FileSpec = { from: { kind: "path", path: source }, target: bind.target, ...owner };
  return isFolder ? { file, mount } : { file };
}

/** A folder at the place of a file that somebody forgot helps nobody: names with an extension are taken for files. */
async function isMissingFolder(source: string): Promise<boolean> {
  if (!["", ".d"].includes(path.extname(source))) return false;
  return await lstat(source).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === "ENOENT",
  );
}

function refuseHostFolders(context: ServiceContext, { source, target }: Bind): void {
  if (/(^|\/)(docker|podman|containerd)\.sock$/.test(source)) {
    throw context.refusal({
      key: `volumes: ${source}`,
      why: "the engine's socket would let the service start containers that belong to no run and outlive it",
      hint: "What needs the engine can run on the host, beside `seatrial up`; take the mount out of this service.",
    });
  }
  if (/^\/(proc|sys|dev)?(\/|$)/.test(source) && source !== "/dev/null" && !source.startsWith("/dev/shm/")) {
    throw context.refusal({
      key: `volumes: ${source}:${target}`,
      why: "it is a part of the host's system, not files of the project",
      hint: "Use `devices:` for a single device.",
    });
  }
}

async function findSource(
  context: ServiceContext,
  bind: Bind,
): Promise<{ source: string; isFolder: boolean }> {
  try {
    // A bind mount follows a link to what it stands for.
    const source = await realpath(bind.source);
    const stats = await stat(source);
    await access(source, constants.R_OK);
    return { source, isFolder: stats.isDirectory() };
  } catch (cause) {
    throw sourceMissing(context, bind, cause);
  }
}

async function refuseLarge(context: ServiceContext, bind: Bind, source: string): Promise<void> {
  const size = await measure(source, BIND_LIMITS).catch((cause: unknown) => {
    throw sourceMissing(context, bind, cause);
  });
  const key = `volumes: ${bind.source}:${bind.target}`;
  if (size.special !== undefined) {
    throw context.refusal({
      key,
      why: `${size.special} is a socket, pipe or device, which cannot travel as a file`,
      hint: "Mount the plain files beside it one by one.",
    });
  }
  if (size.exceeded) {
    throw context.refusal({
      key,
      why: `it holds more than ${BIND_LIMITS.files} files or ${formatBytes(BIND_LIMITS.bytes)} (counted ${size.files} files, ${formatBytes(size.bytes)}), too much to travel into a container for each run`,
      hint: "Copy it into the image, mount only the part that is needed, or use a named volume for data.",
    });
  }
}

function sourceMissing(context: ServiceContext, bind: Bind, cause: unknown): Error {
  return composeError({
    code: "COMPOSE_SOURCE_MISSING",
    message: `Service ${context.name} (${nameFiles(context.compose)}) mounts ${bind.source} at ${bind.target}, which cannot be read: ${messageOf(cause)}`,
    hint: "Create it, or use a named volume for a folder that begins empty.",
    cause,
  });
}

/** The service's own user as the owner, so that it may write; root where the user is known by name only. */
function numericUser({ service }: ServiceContext): Pick<FileSpec, "uid" | "gid"> | undefined {
  const match = /^(\d+)(?::(\d+))?$/.exec(asText(service["user"]) ?? "");
  return match === null ? undefined : { uid: Number(match[1]), gid: Number(match[2] ?? 0) };
}
