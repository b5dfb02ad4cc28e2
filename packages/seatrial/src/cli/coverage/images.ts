import type { ImageExports, ToolAgents, ToolImage } from "../../coverage/index.ts";
import { createCleanup } from "../../support/cleanup.ts";
import { cliError } from "../errors.ts";
import type { Surroundings } from "../surroundings.ts";
import { tellWaiting } from "../tell-waiting.ts";
import { openTools, type Tools } from "../wire.ts";
import type { CoverageProject, InputFlags } from "./inputs.ts";

/** The images of `--image`. The engine is asked when a unit needs one; what was started and built is gone when it is disposed. */
export function openImages(options: {
  surroundings: Surroundings;
  flags: InputFlags;
  project: CoverageProject;
  /** Default: the engine of the surroundings. */
  open?: (() => Promise<Tools>) | undefined;
  signal: AbortSignal;
}): { exports: ImageExports | undefined } & AsyncDisposable {
  const { surroundings, flags, project, signal } = options;
  const cleanup = createCleanup();
  const dispose = async () => await cleanup[Symbol.asyncDispose]();
  const images = toolImagesOf(flags);
  if (images.length === 0) return { exports: undefined, [Symbol.asyncDispose]: dispose };
  const open = options.open ?? (() => openTools(surroundings, { signal }));
  let awaited = "the engine";

  async function start(): Promise<ToolAgents> {
    const telling = tellWaiting({ surroundings, what: () => awaited });
    cleanup.add(() => telling[Symbol.dispose]());
    const tools = open();
    // Whoever awaits it below hears of it; until then other modules are loaded.
    tools.catch(() => undefined);
    // Reports that need no container do not load what starts them.
    const { createRunId, createToolContainers } = await import("../../run/index.ts");
    const { toolImage } = await import("./tool-images.ts");
    const { engine, launcher } = await tools;
    cleanup.add(async () => await engine[Symbol.asyncDispose]());
    const run = createRunId(new Date());
    const onProgress = (note: string) => {
      awaited = note;
    };
    const onNote = (note: string) => {
      surroundings.stderr.write(`${note}\n`);
      awaited = note;
    };
    const containers = createToolContainers({
      run,
      project: project.config?.name ?? "coverage",
      launcher,
      image: async (name) => {
        const image = await toolImage({
          ...{ name, project: project.config, run, tools, surroundings, flags, cleanup },
          ...{ onNote, onProgress, signal },
        });
        awaited = "the tools that read profiles";
        return image;
      },
      signal,
    });
    cleanup.add(async () => await containers[Symbol.asyncDispose]());
    return containers.agentOf;
  }

  let started: Promise<ToolAgents> | undefined;
  return {
    exports: {
      images,
      tools: async (image, asked) => {
        started ??= start();
        return await (await started)(image, asked);
      },
      llvm: project.settings?.llvm,
      java: project.settings?.java,
    },
    [Symbol.asyncDispose]: dispose,
  };
}

/** `[source=]image`: names of images have no `=`. */
function toolImagesOf({ image = [] }: InputFlags): ToolImage[] {
  const images: ToolImage[] = [];
  for (const text of image) {
    const { source, image: name } = /^(?:(?<source>[^=]+)=)?(?<image>[^=]+)$/.exec(text)?.groups ?? {};
    if (name === undefined) throw invalid(`--image ${text} does not say which image it is.`);
    if (images.some((each) => each.source === source))
      throw invalid(`--image names two images for ${source ?? "all sources"}.`);
    images.push({ source, image: name });
  }
  return images;
}

function invalid(message: string) {
  return cliError({
    code: "TOOL_IMAGE_INVALID",
    message,
    hint: "Write the name of an image or a target, and whose profiles it reads: --image api=registry.example.com/acme/api:4711",
  });
}
