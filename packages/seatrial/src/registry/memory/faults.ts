import { registryError } from "../errors.ts";
import type { RepositoryName } from "../registry.ts";

export type MemoryOperation =
  | "manifests.get"
  | "manifests.resolve"
  | "manifests.put"
  | "manifests.tags"
  | "blobs.has"
  | "blobs.open"
  | "blobs.put"
  | "blobs.mount"
  | "referrers.list"
  | "referrers.attach";

/** One call, as a fault sees it before it is carried out. */
export interface MemoryCall {
  operation: MemoryOperation;
  repository: RepositoryName;
  /** The tag or digest that it is about; empty for a list of tags. */
  subject: string;
  /** Calls of all kinds so far, this one included. */
  count: number;
  /** Has this done once the call was carried out: it may throw in place of the answer. */
  beforeAnswer(act: () => void): void;
}

/** Is shown every call before it happens: throws what the call fails with, or changes what the registry holds. */
export type MemoryFault = (call: MemoryCall) => void | Promise<void>;

/** Runs `act` before each call of this kind, and about this subject if one is given: what somebody else does meanwhile. */
export function onCall(
  which: { operation: MemoryOperation; subject?: string | undefined },
  act: MemoryFault,
): MemoryFault {
  return async (call) => {
    const isMeant = which.subject === undefined || which.subject === call.subject;
    if (call.operation === which.operation && isMeant) await act(call);
  };
}

/** Lets nobody do this; without a name, anything. */
export function denies(...operations: MemoryOperation[]): MemoryFault {
  return (call) => {
    if (operations.length > 0 && !operations.includes(call.operation)) return;
    throw registryError({
      code: "REGISTRY_DENIED",
      message: `${placeOf(call)} is denied (${call.operation} ${call.subject}).`,
    });
  };
}

/** As Quay: a repository is one that nobody may read until something was pushed to it. */
export function deniesUntilPushed({ repository }: RepositoryName): MemoryFault {
  const writes: MemoryOperation[] = ["manifests.put", "blobs.put", "blobs.mount", "referrers.attach"];
  const deny = denies();
  let isThere = false;
  return async (call) => {
    if (call.repository.repository !== repository) return;
    isThere ||= writes.includes(call.operation);
    if (!isThere) await deny(call);
  };
}

/** The next calls fail as a registry's own failure does; later ones do not. */
export function fails(options: { times: number; operation?: MemoryOperation | undefined }): MemoryFault {
  let left = options.times;
  return (call) => {
    if (options.operation !== undefined && options.operation !== call.operation) return;
    if (left-- <= 0) return;
    throw registryError({
      code: "REGISTRY_FAILED",
      message: `${placeOf(call)} failed with status 500 (${call.operation} ${call.subject}).`,
    });
  };
}

/** What is read under this tag or digest is not what its digest says. */
export function lies(subject: string): MemoryFault {
  const reading: MemoryOperation[] = ["manifests.get", "blobs.open"];
  return (call) => {
    if (call.subject !== subject || !reading.includes(call.operation)) return;
    throw registryError({
      code: "REGISTRY_DIGEST_MISMATCH",
      message: `${placeOf(call)} sent other bytes than ${subject} names.`,
    });
  };
}

/** Is gone after this many further calls. */
export function dies(options: { after: number }): MemoryFault {
  let left = options.after;
  return (call) => {
    if (left-- <= 0) throw gone(call);
  };
}

/** Answers this many further calls, carries out one more, and is gone before it answers that one. */
export function diesUnheard(options: { after: number }): MemoryFault {
  let left = options.after;
  return (call) => {
    left -= 1;
    if (left < -1) throw gone(call);
    if (left === -1) losesAnswer(call);
  };
}

/** Carries the call out; whoever made it never hears of that. */
export function losesAnswer(call: MemoryCall): void {
  call.beforeAnswer(() => {
    throw gone(call);
  });
}

function gone(call: MemoryCall): Error {
  return registryError({
    code: "REGISTRY_UNREACHABLE",
    message: `${placeOf(call)} does not answer any more (${call.operation} ${call.subject}).`,
  });
}

function placeOf({ repository }: MemoryCall): string {
  return `Repository ${repository.repository} of registry ${repository.registry}`;
}
