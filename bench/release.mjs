// The promotion of a tested image, within its repository and into another one of the same registry, each with two tags.
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./command.mjs";
import { countingProxy } from "./counting-proxy.mjs";
import { measure, median, table } from "./measure.mjs";
import { pushRandomImage } from "./registry-image.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const seatrial = join(here, "../packages/seatrial/dist/main.js");
const NAME = "bench-release";
const SHAPE = { layers: 6, layerBytes: 8_000_000 };

export async function release({ rounds = 7 } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "seatrial-bench-release-"));
  const registry = await startRegistry();
  let proxy;
  let image;
  try {
    proxy = await countingProxy(registry.host);
    image = await pushRandomImage({ host: proxy.host, name: NAME, ...SHAPE });
    await writeProject({ folder, image, repository: `${proxy.host}/${NAME}` });
    const bench = { folder, image, proxy, rounds, hasSkopeo: await hasSkopeo() };
    const within = await compare(bench, { title: "Within its repository", to: () => NAME });
    const across = await compare(bench, {
      title: "Into another repository, a new one each time",
      to: (round) => `${NAME}-${round}`,
    });
    const load = loadavg().map((value) => value.toFixed(1));
    return [
      ...(bench.hasSkopeo ? [] : ["skopeo is missing and was left out (Debian: apt-get install skopeo)."]),
      within,
      across,
      `Load of the machine at the end, over 1, 5 and 15 minutes: ${load.join(", ")}.`,
    ].join("\n\n");
  } finally {
    proxy?.close();
    if (image !== undefined) await forget(image);
    await run("docker", ["rm", "--force", "--volumes", registry.name]);
    await rm(folder, { recursive: true, force: true });
  }
}

async function startRegistry() {
  const name = `seatrial-bench-registry-${process.pid}`;
  const flags = ["--detach", "--rm", "--name", name, "--label", "seatrial.bench=release"];
  await run("docker", ["run", ...flags, "--publish", "127.0.0.1::5000", "registry:2"]);
  const [host] = (await run("docker", ["port", name, "5000/tcp"])).split("\n");
  for (let tries = 0; tries < 100; tries += 1) {
    if (
      await fetch(`http://${host}/v2/`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return { name, host };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the registry at ${host} does not answer`);
}

const hasSkopeo = () =>
  run("skopeo", ["--version"]).then(
    () => true,
    () => false,
  );

/** What `build --push` and a run of the suites on another machine leave for the job that releases. */
async function writeProject({ folder, image, repository }) {
  const identity = { target: "release", ...image, standIn: false };
  const suite = {
    name: "unit",
    runner: "command",
    imageId: image.imageId,
    proof: { kind: "identical" },
    status: "passed",
    counts: { passed: 1, failed: 0, skipped: 0 },
    duration: 1,
    shards: 1,
    results: "results/unit",
  };
  const outcome = {
    version: 1,
    run: "bench",
    project: NAME,
    status: "passed",
    startedAt: new Date().toISOString(),
    duration: 1,
    engine: { name: "", version: "", platform: "" },
    source: {},
    images: [identity],
    services: [],
    suites: [suite],
    release: "release",
    problems: [],
    warnings: [],
  };
  const list = { version: 1, project: NAME, source: {}, release: "release", images: [identity] };
  const files = {
    Dockerfile: "FROM scratch AS release\n",
    "seatrial.yaml": `name: ${NAME}\nsuites: { unit: { command: check } }\nrelease:\n  repository: "\${TO:-${repository}}"\n  tags: ["\${VERSION:-none}"]\n  floating: [latest]\n`,
    "images.json": JSON.stringify(list),
    "evidence/bench/outcome.json": JSON.stringify(outcome),
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

async function compare({ folder, image, proxy, rounds, hasSkopeo }, { title, to }) {
  const counts = {};
  const inside = [];
  const salt = randomBytes(3).toString("hex");
  const contestants = [bySeatrial(folder), ...(hasSkopeo ? [bySkopeo(image)] : []), byDocker(image)];
  const times = await measure({
    rounds,
    contestants: contestants.map(({ name, key, prepare, promote }) => ({
      name,
      async prepare() {
        await prepare?.();
        proxy.take();
      },
      async run(round) {
        const repository = `${proxy.host}/${to(`${key}-${salt}-${round}`)}`;
        await promote(repository, [`${key}-${salt}-${round}`, `${key}-latest`]);
        counts[name] = proxy.take();
        if (key === "seatrial" && round > 0) inside.push(await receiptDuration(folder));
      },
    })),
    onRound: (round) => console.error(`${title}: round ${round} of ${rounds}`),
  });
  const rows = Object.entries(counts).map(
    ([name, { requests, up, down }]) => `| ${name} | ${requests} | ${up} | ${down} |`,
  );
  return [
    `### ${title}`,
    table(times),
    ["| contestant | requests | bytes up | bytes down |", "| --- | --- | --- | --- |", ...rows].join("\n"),
    `Of seatrial's time, the registry took ${median(inside)} ms (median of its receipts); the rest is the program's own start and end.`,
  ].join("\n\n");
}

async function receiptDuration(folder) {
  return JSON.parse(await readFile(join(folder, ".seatrial/latest/release.json"), "utf8")).duration;
}

function bySeatrial(folder) {
  const images = ["--images", join(folder, "images.json"), "--evidence", join(folder, "evidence")];
  return {
    name: "seatrial release",
    key: "seatrial",
    promote: (repository, [version]) =>
      run(process.execPath, [seatrial, "--folder", folder, "release", "--quiet", ...images], {
        env: { ...process.env, TO: repository, VERSION: version },
      }),
  };
}

function bySkopeo({ reference }) {
  const plain = ["--src-tls-verify=false", "--dest-tls-verify=false"];
  return {
    name: "skopeo copy, once for each tag",
    key: "skopeo",
    async promote(repository, tags) {
      for (const tag of tags)
        await run("skopeo", [
          "copy",
          "--quiet",
          ...plain,
          `docker://${reference}`,
          `docker://${repository}:${tag}`,
        ]);
    },
  };
}

/** Removes an image from the engine with all its names, if it is there. */
const forget = ({ imageId }) => run("docker", ["image", "rm", "--force", imageId]).catch(() => undefined);

/** In a job of its own: its engine does not have the image yet. */
function byDocker({ reference, imageId }) {
  return {
    name: "docker pull, then tag and push for each tag",
    key: "docker",
    prepare: () => forget({ imageId }),
    async promote(repository, tags) {
      await run("docker", ["pull", "--quiet", reference]);
      for (const tag of tags) {
        await run("docker", ["tag", reference, `${repository}:${tag}`]);
        await run("docker", ["push", "--quiet", `${repository}:${tag}`]);
      }
    },
  };
}
