import { spawnSync } from "node:child_process";

export const PYTHON_CLIENT = "clients/python";
const IMAGE = "seatrial-python-client";
/** Nothing of the source, so that a change of it installs nothing again. */
const DOCKERFILE = `
FROM python:3.13-slim
ENV PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1
RUN pip install --quiet --upgrade 'pip>=25.1'
COPY pyproject.toml /tools/
RUN cd /tools && pip install --quiet --group test
`;

/** Builds the image that has what the Python client is built and tested with, and returns its name. */
export function buildPythonImage() {
  const args = ["buildx", "build", "--quiet", "--load", "--tag", IMAGE, "--file", "-", PYTHON_CLIENT];
  const built = spawnSync("docker", args, { input: DOCKERFILE, encoding: "utf8" });
  if (built.status !== 0) throw new Error(`the image of the Python client: ${built.stderr}`);
  return IMAGE;
}
