import { commit } from "../checkout.ts";
import { seatrial } from "../program.ts";
import { project, type TestProject } from "../project.ts";

/** The base of its images, and the image of its service. */
export const TILL_BASE = "node:20-slim";

/** No two builds of it make the same image: what is equal was built once, or its steps came from a cache. */
const DOCKERFILE = `
FROM ${TILL_BASE} AS build
WORKDIR /till
COPY src src
RUN date +%s%N > built

FROM ${TILL_BASE} AS release
WORKDIR /till
COPY --from=build /till .
USER node
CMD ["node", "src/receipt.js"]

FROM release AS test
COPY tests tests
`;

const files = (name: string) => ({
  Dockerfile: DOCKERFILE,
  "compose.yaml": `
services:
  rates:
    image: ${TILL_BASE}
    command: [node, -e, "require('node:http').createServer((_, answer) => answer.end('1.25')).listen(80)"]
`,
  "seatrial.yaml": `
name: ${name}
image: { release: release, test: test }
services: { rates: { ready: "tcp://:80" } }
suites:
  unit:
    command: node --test --test-reporter=junit tests/receipt.test.js
  integration:
    runner: junit
    command: [sh, -c, "node --test --test-reporter=junit --test-shard=$$SEATRIAL_SHARD/$$SEATRIAL_SHARDS tests/rates-*.test.js"]
    needs: [rates]
    shards: 2
# What one suite alone does not reach.
coverage: { sources: [unit, integration], minimum: 100, include: "src/**", formats: [text, html, cobertura] }
check: { user: non-root }
release:
  repository: \${REGISTRY:+$REGISTRY/till}
  tags: ["\${GIT_TAG:-}", "\${GIT_SHA}"]
  floating: ["\${GIT_BRANCH:-}", latest]
  cache: true
`,
  ".gitignore": ".seatrial\n",
  "src/receipt.js": `
// ${name}
exports.total = (prices) => prices.reduce((sum, price) => sum + price, 0);
`,
  "src/rates.js": `
async function rate() {
  return Number(await (await fetch("http://rates")).text());
}
exports.sold = async (price) => price * (await rate());
exports.bought = async (price) => price / (await rate());
`,
  "tests/receipt.test.js": `
const { total } = require("../src/receipt.js");
require("node:test")("a total", () => require("node:assert").equal(total([1, 2]), 3));
`,
  "tests/rates-sold.test.js": `
const { sold } = require("../src/rates.js");
require("node:test")("what is sold", async () => require("node:assert").equal(await sold(4), 5));
`,
  "tests/rates-bought.test.js": `
const { bought } = require("../src/rates.js");
require("node:test")("what is bought", async () => require("node:assert").equal(await bought(5), 4));
`,
});

export interface Till extends AsyncDisposable {
  /** Of the repository. */
  source: TestProject;
  /** The project's own folder. */
  cwd: string;
  sha: string;
  /** The pipeline that `seatrial ci` writes for it. */
  pipeline: string;
}

/**
 * A small project with all that a pipeline has jobs for: a suite, another one in shards with a service, checks, a rule about what they
 * reach together, and a release. A git repository, in which the project can be in a folder.
 */
export async function till(options: {
  name: string;
  system: "github" | "gitlab" | "jenkins";
  image: string;
  folder?: string;
}): Promise<Till> {
  const { name, system, image, folder = "." } = options;
  const source = await project({});
  const cwd = `${source.folder}/${folder}`;
  for (const [file, text] of Object.entries(files(name))) await source.write(`${folder}/${file}`, text);
  const sha = await commit(source.folder);
  const { code, stdout, stderr } = await seatrial(["ci", system, "--ci-image", image, "--dry-run"], { cwd });
  if (code !== 0) throw new Error(stderr);
  return { source, cwd, sha, pipeline: stdout, [Symbol.asyncDispose]: () => source[Symbol.asyncDispose]() };
}
