import type { SpaceKind, SpacePlan, SpaceValues } from "../../model/index.ts";
import type { LeasedSpace, Reach } from "../broker.ts";
import type { FilePlace } from "../config-files/place.ts";
import { type ReadTemplate, readTemplates, renderFiles } from "../config-files/render.ts";
import type { SpaceKindDriver } from "../maker.ts";
import type { SpaceMessage } from "./messages.ts";

/** What turns a leased space into an address and files for its client. */
export interface PresentOptions {
  plans: readonly SpacePlan[];
  kind(kind: SpaceKind): Promise<SpaceKindDriver>;
  /** How the client reaches services. */
  reach: Reach;
  /** Takes rendered files to where the client is. Absent: nothing is rendered. */
  files?: FilePlace | undefined;
  /** For configuration files: where services listen, by name. Default: none. */
  services?: Readonly<Record<string, number>> | undefined;
  /** For configuration files: the client's environment. Default: empty. */
  env?: Readonly<Record<string, string>> | undefined;
}

/** A leased space as its client sees it. */
export type Presented = Omit<SpaceMessage, "made">;

/** Makes leased spaces into what their clients get. Templates are read once. */
export function createPresenter(options: PresentOptions): {
  /** The address and the variables, and no files yet. Fails as `reach` does. */
  address(leased: LeasedSpace, signal: AbortSignal): Promise<Presented>;
  /** Adds the files, which may name `spaces` too. Fails with CONFIG_TEMPLATE_INVALID. */
  addFiles(
    presented: Presented,
    spaces: Readonly<Record<string, SpaceValues>>,
    signal: AbortSignal,
  ): Promise<Presented>;
} {
  const { plans, files: place } = options;
  const read = new Map<string, ReadTemplate[]>();

  function templatesOf(space: string): ReadTemplate[] {
    const known = read.get(space);
    if (known !== undefined) return known;
    const templates = readTemplates(plans.find((plan) => plan.name === space)?.files ?? []);
    read.set(space, templates);
    return templates;
  }

  return {
    async address(leased, signal) {
      const { id, space, service, kind, made, leasedAt, until } = leased;
      const [driver, at] = await Promise.all([
        options.kind(kind),
        options.reach.address(service, made.port, signal),
      ]);
      const values = driver.values(made, at);
      const env = driver.env(values);
      const url = values["url"] ?? "";
      return { id, space, service, kind, name: made.name, url, values, env, files: [], leasedAt, until };
    },
    async addFiles(presented, spaces, signal) {
      const templates = place === undefined ? [] : templatesOf(presented.space);
      if (place === undefined || templates.length === 0) return presented;
      const { services = {}, env = {}, reach } = options;
      const context = { values: presented.values, spaces, services, env, reach, signal };
      const rendered = await renderFiles(templates, context);
      const paths = await place.place(presented.id, rendered, signal);
      const files = rendered.map(({ name, text }) => ({ name, path: paths[name] ?? "", text }));
      return { ...presented, files };
    },
  };
}
