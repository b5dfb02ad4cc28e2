import { spawnSync } from "node:child_process";

export const PYTHON_CLIENT = "clients/python";
const IMAGE = "seatrial-python-client";
/** Nothing of the source, so that a change of it installs nothing again. */
const DOCKERFILE = `
FROM python:3.13-slim
ENV PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1
# It knows groups of dependencies. Most images bring one that does, and installing another takes longer than asking.
RUN pip install --quiet 'pip>=25.1'
COPY pyproject.toml /tools/
# Of what the tools consist of, tests import a small part: that is compiled when it is imported.
RUN cd /tools && pip install --quiet --no-compile --group test
`;

/** Builds the image that has what the Python client is built and tested with, and returns its name. */
export function buildPythonImage() {
  const args = ["buildx", "build", "--quiet", "--load", "--tag", IMAGE, "--file", "-", PYTHON_CLIENT];
  const built = spawnSync("docker", args, { input: DOCKERFILE, encoding: "utf8" });
  if (built.status !== 0) throw new Error(`the image of the Python client: ${built.stderr}`);
  return IMAGE;
}
