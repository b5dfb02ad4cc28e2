import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const read = (name: string) => readFile(fileURLToPath(new URL(`../../${name}`, import.meta.url)), "utf8");
const PAGE = "docs/guide/coverage-elsewhere.md";

interface Container {
  name?: string;
  image?: string;
  command?: string[];
  restartPolicy?: string;
  env?: { name: string; value?: string; valueFrom?: object }[];
  ports?: { containerPort: number }[];
  securityContext?: Record<string, unknown>;
  volumeMounts?: { name: string; mountPath: string }[];
}

interface Pod extends Record<string, unknown> {
  terminationGracePeriodSeconds?: number;
  securityContext?: Record<string, unknown>;
  initContainers?: Container[];
  containers: Container[];
  volumes?: { name: string; emptyDir?: object }[];
}

interface Manifest {
  apiVersion: string;
  kind: string;
  spec: { selector?: { matchLabels: object }; template: { metadata: { labels?: object }; spec: Pod } };
}

/** What a pod and its containers may say there, as far as these pages use it: Kubernetes ignores or refuses anything else. */
const POD_KEYS = [
  ...["serviceAccountName", "terminationGracePeriodSeconds", "securityContext", "initContainers"],
  ...["containers", "volumes"],
];
const CONTAINER_KEYS = [
  ...["name", "image", "command", "restartPolicy", "env", "ports", "securityContext", "volumeMounts"],
];

async function samples(language: string): Promise<string[]> {
  const page = await read(PAGE);
  return [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, found]) => found === language)
    .map(([, , text]) => text ?? "");
}

async function manifests(kind: string): Promise<Manifest[]> {
  const all = (await samples("yaml")).map((text) => parse(text) as Manifest);
  return all.filter((each) => each.kind === kind);
}

const containersOf = ({ initContainers = [], containers }: Pod) => [...initContainers, ...containers];

function variable(pod: Pod, name: string): string | undefined {
  return containersOf(pod)
    .flatMap(({ env = [] }) => env)
    .find((each) => each.name === name)?.value;
}

describe("manifests of the guide on coverage elsewhere", () => {
  it("are two Deployments and a service of Cloud Run", async () => {
    expect((await manifests("Deployment")).map(({ apiVersion }) => apiVersion)).toEqual([
      "apps/v1",
      "apps/v1",
    ]);
    expect((await manifests("Service")).map(({ apiVersion }) => apiVersion)).toEqual([
      "serving.knative.dev/v1",
    ]);
  });

  it("hold only keys that pods have, variables that the wrapper reads, and volumes that are there", async () => {
    const usage = await read("agent/cover_usage.go");
    const flags = [...usage.matchAll(/^ {2}--([a-z-]+)/gm)].map(
      ([, name = ""]) => `SEATRIAL_COVER_${name.toUpperCase().replaceAll("-", "_")}`,
    );
    for (const { spec } of [...(await manifests("Deployment")), ...(await manifests("Service"))]) {
      const pod = spec.template.spec;
      expect(POD_KEYS).toEqual(expect.arrayContaining(Object.keys(pod)));
      for (const container of containersOf(pod)) {
        expect(CONTAINER_KEYS).toEqual(expect.arrayContaining(Object.keys(container)));
        const ours = (container.env ?? []).map(({ name }) => name).filter((name) => /^SEATRIAL_/.test(name));
        expect(flags).toEqual(expect.arrayContaining(ours));
        const mounted = (container.volumeMounts ?? []).map(({ name }) => name);
        expect((pod.volumes ?? []).map(({ name }) => name)).toEqual(expect.arrayContaining(mounted));
      }
    }
  });

  it("select the pods that they make, whose root is read-only and whose profiles have a volume", async () => {
    for (const { spec } of await manifests("Deployment")) {
      expect(spec.template.metadata.labels).toEqual(spec.selector?.matchLabels);
      expect(spec.template.spec.securityContext).toMatchObject({ runAsNonRoot: true });
      for (const { securityContext, volumeMounts } of containersOf(spec.template.spec)) {
        expect(securityContext).toMatchObject({ readOnlyRootFilesystem: true });
        expect(volumeMounts).not.toEqual([]);
      }
    }
  });

  it("send from the folder that the program writes to", async () => {
    const [, beside] = await manifests("Deployment");
    const [sidecar] = beside?.spec.template.spec.initContainers ?? [];
    expect(sidecar).toMatchObject({ restartPolicy: "Always" });
    const folder = `${sidecar?.command?.at(-1)}/go`;
    for (const { volumeMounts } of beside === undefined ? [] : containersOf(beside.spec.template.spec))
      expect(volumeMounts).toEqual([{ name: "profiles", mountPath: folder }]);
    expect(beside && variable(beside.spec.template.spec, "GOCOVERDIR")).toBe(folder);
  });

  it("give the wrapper less time than the platform gives the container", async () => {
    for (const { spec } of await manifests("Deployment")) {
      const budget = Number.parseInt(variable(spec.template.spec, "SEATRIAL_COVER_BUDGET") ?? "10s", 10);
      expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(budget);
    }
    const [service] = await manifests("Service");
    const budget = service && variable(service.spec.template.spec, "SEATRIAL_COVER_BUDGET");
    expect(Number.parseInt(budget ?? "10s", 10)).toBeLessThan(10);
  });
});

describe("the rest of the guide on coverage elsewhere", () => {
  it("names all flags of the wrapper as variables, and no others", async () => {
    const usage = await read("agent/cover_usage.go");
    const flags = [...usage.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, name = ""]) => name);
    const rows = [...(await read(PAGE)).matchAll(/^\| `SEATRIAL_COVER_(\w+)` \|/gm)].map(([, name = ""]) =>
      name.toLowerCase().replaceAll("_", "-"),
    );
    expect(rows.sort()).toEqual(flags.filter((name) => name !== "help").sort());
  });

  it("starts programs by the entrypoint that the image has", async () => {
    const entrypoint = /^ENTRYPOINT .*$/m.exec(await read("cover-image/Dockerfile"))?.[0];
    const dockerfiles = await samples("dockerfile");
    expect(dockerfiles.length).toBe(2);
    for (const text of dockerfiles) {
      const own = /^ENTRYPOINT .*$/m.exec(text)?.[0] ?? (/^FROM seatrial\/cover$/m.test(text) && entrypoint);
      expect(own).toBe(entrypoint);
      expect(text).toMatch(/^CMD \["/m);
    }
  });
});
