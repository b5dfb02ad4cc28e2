// The promotion of a tested image, within its repository and into another one of the same registry, each with two tags: a new one, and one
// that moves to it from an earlier release.
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./command.mjs";
import { conditions } from "./conditions.mjs";
import { countingProxy } from "./counting-proxy.mjs";
import { measure, median, table } from "./measure.mjs";
import { makeRandomImage, pushImage, readTag } from "./registry-image.mjs";
import { byDocker, bySeatrial, bySkopeo, forget } from "./release/contestants.mjs";
import { earlierRelease } from "./release/earlier.mjs";
import { makeKey, writeProject } from "./release/project.mjs";
import { untilAnswers } from "./until-answers.mjs";

const NAME = "bench-release";
const SHAPE = { layers: 6, layerBytes: 8_000_000 };

/** `layer-bytes`: the image is smaller where only its way is looked at. */
export async function release({ rounds = 7, "layer-bytes": layerBytes = SHAPE.layerBytes } = {}) {
  const home = await mkdtemp(join(tmpdir(), "seatrial-bench-release-"));
  const folder = join(home, "project");
  let registry;
  let proxy;
  let image;
  try {
    registry = await startRegistry();
    proxy = await countingProxy(registry.host);
    const key = await makeKey(home);
    const on = join(home, "earlier");
    const earlier = await earlierRelease({ folder: on, key, name: NAME, registry, proxy });
    const made = makeRandomImage({ ...SHAPE, layerBytes: Number(layerBytes) });
    const repository = `${proxy.host}/${NAME}`;
    image = { reference: `${repository}@${made.identity.digest}`, ...made.identity };
    await pushImage({ host: registry.host, name: NAME, image: made });
    await writeProject({ folder, on, name: NAME, image, repository });
    const bench = { folder, key, image, earlier, registry, proxy, rounds, hasSkopeo: await hasSkopeo() };
    const within = await compare(bench, {
      title: "Within its repository, which has the attestations from the first round on",
      to: () => NAME,
    });
    const across = await compare(bench, {
      title: "Into another repository, a new one each time",
      to: (round) => `${NAME}-${round}`,
    });
    return [
      ...(bench.hasSkopeo ? [] : ["skopeo is missing and was left out (Debian: apt-get install skopeo)."]),
      within,
      across,
      await conditions({ skopeo: bench.hasSkopeo }),
    ].join("\n\n");
  } finally {
    proxy?.close();
    if (image !== undefined) await forget(image);
    if (registry !== undefined) await removeRegistry(registry.name);
    await rm(home, { recursive: true, force: true });
  }
}

async function startRegistry() {
  const name = `seatrial-bench-registry-${process.pid}`;
  const flags = ["--detach", "--rm", "--name", name, "--label", "seatrial.bench=release"];
  try {
    await run("docker", ["run", ...flags, "--publish", "127.0.0.1::5000", "registry:2"]);
    const [host] = (await run("docker", ["port", name, "5000/tcp"])).split("\n");
    await untilAnswers(host, 200);
    return { name, host };
  } catch (error) {
    await removeRegistry(name);
    throw error;
  }
}

const removeRegistry = (name) => run("docker", ["rm", "--force", "--volumes", name]);

const hasSkopeo = () =>
  run("skopeo", ["--version"]).then(
    () => true,
    () => false,
  );

async function compare(bench, { title, to }) {
  const { folder, key, image, earlier, registry, proxy, rounds, hasSkopeo } = bench;
  const counts = {};
  const inside = {};
  const salt = randomBytes(3).toString("hex");
  const contestants = [
    bySeatrial(folder),
    bySeatrial(folder, { signedWith: key }),
    ...(hasSkopeo ? [bySkopeo(image)] : []),
    byDocker(image),
  ];
  const placeOf = (key, round) => {
    const version = `${key}-${salt}-${round}`;
    return { repository: to(version), tags: [version, `${key}-latest`] };
  };
  const times = await measure({
    rounds,
    contestants: contestants.map(({ name, key, prepare, promote }) => ({
      name,
      async prepare(round) {
        await earlier.stand({ ...placeOf(key, round), isSigned: key === "seatrial-signed" });
        await prepare?.();
        proxy.take();
      },
      async run(round) {
        const { repository, tags } = placeOf(key, round);
        await promote(`${proxy.host}/${repository}`, tags);
      },
      async after(round) {
        const { requests, up, blobsUp, down } = proxy.take();
        const sameDigest = await namesOf({ ...placeOf(key, round), image, registry, name });
        if (round === 0) return;
        counts[name] ??= [];
        counts[name].push({ requests, up, blobsUp, down, sameDigest });
        if (!key.startsWith("seatrial")) return;
        inside[name] ??= [];
        inside[name].push(await receiptDuration({ folder, earlier }));
      },
    })),
    onRound: (round) => console.error(`${title}: round ${round} of ${rounds}`),
  });
  return [
    `### ${title}`,
    table(times),
    countsTable(counts),
    ...Object.entries(inside).map(
      ([name, values]) =>
        `${name}: of its time the registry took ${median(values)} ms (median of its receipts); the rest is the program's own start and end.`,
    ),
  ].join("\n\n");
}

/** Every tag names the image that was tested; says whether each does so by the tested manifest's own digest. */
async function namesOf({ repository, tags, image, registry, name }) {
  const found = [];
  for (const tag of tags) {
    const { digest, configDigest } = await readTag({ host: registry.host, name: repository, tag });
    if (configDigest !== image.imageId)
      throw new Error(`${name}: ${repository}:${tag} is ${configDigest}, not the tested ${image.imageId}`);
    found.push(digest === image.digest);
  }
  const isSame = found.every(Boolean);
  if (!isSame && !name.startsWith("docker")) throw new Error(`${name}: a tag does not name ${image.digest}`);
  return isSame;
}

/** Medians over the rounds. */
function countsTable(counts) {
  const rows = Object.entries(counts).map(([name, rounds]) => {
    const middle = (key) => Math.round(median(rounds.map((each) => each[key])));
    const same = rounds.every(({ sameDigest }) => sameDigest) ? "yes" : "no: a manifest of its own";
    return `| ${name} | ${["requests", "up", "blobsUp", "down"].map(middle).join(" | ")} | ${same} |`;
  });
  return [
    "| contestant | requests | bytes up | of these, blobs | bytes down | tags name the tested digest |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

/** What a release took by its own receipt, which must say that it moved the floating tag. */
async function receiptDuration({ folder, earlier }) {
  const { duration, tags } = JSON.parse(
    await readFile(join(folder, ".seatrial/latest/release.json"), "utf8"),
  );
  const moved = tags.find(({ kind }) => kind === "floating");
  if (moved.before !== earlier.digest || moved.state !== "set")
    throw new Error(`the floating tag did not move: ${JSON.stringify(moved)}`);
  return duration;
}
