import type { MountSpec } from "../model/index.ts";
import type { ServiceContext } from "./context.ts";
import { parseBytes, parseMode } from "./quantity.ts";
import { asRecord, asTexts } from "./value.ts";

type Tmpfs = Extract<MountSpec, { kind: "tmpfs" }>;

/** The mounts of the `tmpfs` key: `/path` or `/path:size=64m,mode=1777`. */
export function tmpfsMounts({ service, note }: ServiceContext): Tmpfs[] {
  return asTexts(service["tmpfs"]).map((written) => {
    const [target = "", options = ""] = written.split(":");
    const pairs = options.split(",").map((option) => option.split("="));
    const values = Object.fromEntries(pairs.map(([key = "", value]) => [key, value]));
    const others = Object.keys(values).filter((key) => !["", "rw", "size", "mode"].includes(key));
    if (others.length > 0) {
      note({
        key: "tmpfs",
        becomes: `${target} without ${others.join(", ")}`,
        why: "only size and mode count",
      });
    }
    return tmpfs(target, values["size"], values["mode"]);
  });
}

/** A mount of `type: tmpfs` in `volumes`. */
export function tmpfsVolume(target: string, options: unknown): Tmpfs {
  const { size, mode } = asRecord(options);
  return tmpfs(target, size, mode);
}

function tmpfs(target: string, size: unknown, mode: unknown): Tmpfs {
  return { kind: "tmpfs", target, sizeBytes: parseBytes(size), mode: parseMode(mode) };
}
