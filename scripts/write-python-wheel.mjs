// Builds the Python client as a package index would offer it, for the example that has no index to take it from.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { buildPythonImage, PYTHON_CLIENT } from "./python-image.mjs";

const EXAMPLE = "examples/fastapi-poetry";
const WHEEL = "seatrial_space-0.1.0-py3-none-any.whl";
const BUILD = `
mkdir /src && cd /src && tar x && cd ${PYTHON_CLIENT} || exit
SOURCE_DATE_EPOCH=315532800 pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /out . >&2 || exit
cat /out/${WHEEL}
`;

const files = ["pyproject.toml", "README.md", "src"].map((name) => `${PYTHON_CLIENT}/${name}`);
const input = spawnSync("tar", ["-c", "--exclude=__pycache__", ...files]).stdout;
const command = ["run", "--rm", "-i", buildPythonImage(), "sh", "-c", BUILD];
const built = spawnSync("docker", command, { input });
if (built.status !== 0) throw new Error(`the Python client's wheel: ${built.stderr}`);
writeFileSync(`${EXAMPLE}/wheels/${WHEEL}`, built.stdout);
const hash = createHash("sha256").update(built.stdout).digest("hex");
const lock = readFileSync(`${EXAMPLE}/poetry.lock`, "utf8");
const line = new RegExp(`(\\{file = "${WHEEL}", hash = "sha256:)[0-9a-f]+`);
writeFileSync(`${EXAMPLE}/poetry.lock`, lock.replace(line, `$1${hash}`));
