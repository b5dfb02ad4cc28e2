import { engineError } from "../errors.ts";
import type { WorkloadEngine, WorkloadSpec } from "../workload.ts";
import { textOf } from "./answer.ts";
import { attachWorkload } from "./attach.ts";
import { labelFilter, type Refusal } from "./call.ts";
import { wasOutOfMemory } from "./out-of-memory.ts";
import type { DockerParts } from "./parts.ts";
import { toCreateBody } from "./workload-body.ts";
import {
  type ContainerAnswer,
  type ContainerEntry,
  toWorkloadDetails,
  toWorkloadSummary,
} from "./workload-details.ts";

/** On a machine that is busy with many containers, starting and removing take the engine seconds. */
const ANSWER_WITHIN_MS = 180_000;

/** The containers of a Docker Engine. */
export function createDockerWorkloads(parts: DockerParts): WorkloadEngine {
  const { client, endpoint } = parts;
  // Workloads that the engine does not remove by itself: waiting for their removal would never end.
  const kept = new Set<string>();
  const limited = new Set<string>();
  // Waits on their way to the engine: it must know of them before the start.
  const registering = new Map<string, Promise<unknown>>();

  return {
    async create(spec, signal) {
      const answer = await client.json({
        method: "POST",
        path: "/containers/create",
        query: { name: spec.name },
        body: toCreateBody(spec),
        what: `create container ${spec.name}`,
        refused: (refusal) => createFailure(spec, refusal),
        signal,
      });
      const id = (answer as { Id: string }).Id;
      if (spec.removeOnExit === false) kept.add(id);
      if (spec.limits?.memoryBytes !== undefined) limited.add(id);
      return id;
    },
    attach: async (id, options) => await attachWorkload({ client, id, ...options }),
    async start(id, signal) {
      await registering.get(id)?.catch(() => undefined);
      await client.json({
        method: "POST",
        path: containerPath(id, "/start"),
        what: `start container ${id}`,
        accepts: [304],
        refused: notFound(id),
        answerWithin: ANSWER_WITHIN_MS,
        signal,
      });
    },
    async waitForExit(id, signal) {
      const what = `wait for the end of container ${id}`;
      const asking = client.open({
        method: "POST",
        path: containerPath(id, "/wait"),
        query: { condition: kept.has(id) ? "next-exit" : "removed" },
        what,
        refused: notFound(id),
        signal,
      });
      registering.set(id, asking);
      const response = await asking.finally(() => registering.delete(id));
      const text = await textOf(response, { endpoint, what }, signal);
      const exitCode = (JSON.parse(text) as { StatusCode: number }).StatusCode;
      if (exitCode === 0) return { exitCode };
      const asked = { id, limited: limited.delete(id), exitCode, signal };
      return { exitCode, outOfMemory: await wasOutOfMemory({ ...parts, ...asked }) };
    },
    async inspect(id, signal) {
      const answer = await client.json({
        method: "GET",
        path: containerPath(id, "/json"),
        what: `look at container ${id}`,
        accepts: [404],
        signal,
      });
      return answer === undefined ? undefined : toWorkloadDetails(answer as ContainerAnswer);
    },
    async remove(id, signal) {
      const what = `remove container ${id}`;
      const common = { what, answerWithin: ANSWER_WITHIN_MS, signal };
      const response = await client.open({
        ...common,
        method: "DELETE",
        path: containerPath(id, ""),
        query: { force: "1", v: "1" },
        accepts: [404, 409],
      });
      await textOf(response, { endpoint, what }, signal);
      if (response.statusCode === 409) {
        // The engine is already removing it: its network and volumes are free when that is done.
        const path = containerPath(id, "/wait");
        await client.json({
          ...common,
          method: "POST",
          path,
          query: { condition: "removed" },
          accepts: [404],
        });
      }
      kept.delete(id);
      limited.delete(id);
    },
    async list(labels, signal) {
      const answer = await client.json({
        method: "GET",
        path: "/containers/json",
        query: { all: "1", filters: labelFilter(labels) },
        what: "list containers",
        signal,
      });
      return ((answer ?? []) as ContainerEntry[]).map(toWorkloadSummary);
    },
  };
}

function containerPath(id: string, rest: string): string {
  return `/containers/${encodeURIComponent(id)}${rest}`;
}

function notFound(id: string) {
  return ({ status, message }: Refusal) =>
    status === 404 && /no such container/i.test(message)
      ? engineError({
          code: "WORKLOAD_NOT_FOUND",
          message: `Container ${id} is gone: ${message}`,
          hint: "Something else removed it.",
        })
      : undefined;
}

function createFailure(spec: WorkloadSpec, { status, message }: Refusal) {
  if (status === 404 && /image/i.test(message)) {
    return engineError({
      code: "IMAGE_NOT_FOUND",
      message: `The engine does not hold image ${spec.image} of container ${spec.name}.`,
      hint: "Something removed it since it was built or pulled: run again.",
    });
  }
  if (status === 409 && /already in use|in use by/i.test(message)) {
    return engineError({
      code: "NAME_TAKEN",
      message: `A container named ${spec.name} exists already.`,
      hint: `Remove it if nobody uses it: docker rm -f ${spec.name}`,
    });
  }
  return undefined;
}
