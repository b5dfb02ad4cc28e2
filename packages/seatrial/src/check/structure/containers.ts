import type { StructureFile } from "../../config/index.ts";
import { type FileSpec, PLAIN_SECURITY } from "../../model/index.ts";
import type { DynamicSubject } from "../check.ts";
import { type CheckContainer, openContainer } from "../container/container.ts";

/** A container of its own for one command test, as `containerRunOptions` wants it. */
export async function openForCommand(
  file: StructureFile,
  options: { subject: DynamicSubject; part: string; signal: AbortSignal },
): Promise<CheckContainer> {
  const { subject, part, signal } = options;
  return await openContainer({
    context: subject.context,
    part,
    network: true,
    ...changesOf(file),
    signal,
  });
}

/** A container whose files are looked at; one for all, unless the file's `containerRunOptions` change what is in it. */
export async function withFiles<T>(
  file: StructureFile,
  options: { subject: DynamicSubject; part: string; signal: AbortSignal },
  work: (container: CheckContainer) => Promise<T>,
): Promise<T> {
  const { subject, part, signal } = options;
  if (file.options.mounts.length === 0) return await work(await subject.container());
  await using own = await openContainer({
    context: subject.context,
    part,
    ...changesOf(file),
    signal,
  });
  return await work(own);
}

function changesOf({ options }: StructureFile) {
  const security = { ...PLAIN_SECURITY, privileged: options.privileged, capAdd: options.capabilities };
  const files = options.mounts.map(
    ({ source, target }): FileSpec => ({ from: { kind: "path", path: source }, target }),
  );
  return { security, files };
}
