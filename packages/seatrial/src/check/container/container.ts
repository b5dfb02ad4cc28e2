import { type Agent, placeFiles } from "../../agent/index.ts";
import { type FileSpec, type ImageConfig, PLAIN_SECURITY, type SecuritySpec } from "../../model/index.ts";
import type { CheckContext } from "../context.ts";
import { checkError } from "../errors.ts";

/** A container of the release image in which our agent is the first process and nothing of the image runs by itself. */
export interface CheckContainer extends AsyncDisposable {
  readonly agent: Agent;
  readonly image: ImageConfig;
}

export interface ContainerOptions {
  context: CheckContext;
  /** Whose it is, unique in the run: `absent`, `structure-3`. */
  part: string;
  /** It is part of the run's network. Default: it has none. */
  network?: boolean | undefined;
  /** Default: no special rights. */
  security?: SecuritySpec | undefined;
  /** Placed in it before anything runs. */
  files?: readonly FileSpec[] | undefined;
  signal: AbortSignal;
}

/** Starts a container of the release image. Disposing it ends and removes it. */
export async function openContainer(options: ContainerOptions): Promise<CheckContainer> {
  const { context, part, signal } = options;
  const image = await releaseImage(context, signal);
  const network = options.network === true ? await context.network() : undefined;
  const workload = await context.launcher.launch(
    {
      name: `seatrial-${context.run}-check-${part}`,
      label: `check ${part}`,
      image: context.release.imageId,
      labels: { ...context.labels, "seatrial.check": part },
      env: {},
      network: network === undefined ? undefined : { id: network, aliases: [] },
      mounts: [],
      limits: {},
      security: options.security ?? PLAIN_SECURITY,
      extraHosts: [],
    },
    signal,
  );
  try {
    await placeFiles({
      subject: `check ${part}`,
      files: options.files ?? [],
      agent: workload.agent,
      onNote: context.note,
      signal,
    });
  } catch (error) {
    // Why it failed counts more than what could not be removed for it: that is swept later.
    await Promise.allSettled([workload[Symbol.asyncDispose]()]);
    throw error;
  }
  return {
    agent: workload.agent,
    image,
    [Symbol.asyncDispose]: () => workload[Symbol.asyncDispose](),
  };
}

/** The release image's configuration, as the engine has it now. */
export async function releaseImage(context: CheckContext, signal: AbortSignal): Promise<ImageConfig> {
  const { imageId, target } = context.release;
  const details = await context.engine.images.inspect(imageId, signal);
  if (details !== undefined) return details.config;
  throw checkError({
    code: "CHECK_IMAGE_GONE",
    message: `The engine does not hold the image of ${target} any more (${imageId}).`,
    hint: "Somebody removed it while it was checked; run the command again.",
  });
}
