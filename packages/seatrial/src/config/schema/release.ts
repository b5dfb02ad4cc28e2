import * as v from "valibot";
import { imageSecret } from "./image.ts";
import { field, section } from "./section.ts";
import { flag, maybeText, oneOrMany, registryHost } from "./values.ts";

const HOSTS = "a list of registry hosts";

/** Where the tested image goes, and under which names. */
export const releaseSchema = section({
  repository: field(maybeText, "Where it is released to.", "registry.example.com/acme/orders"),
  tags: field(
    oneOrMany(maybeText, "tags"),
    "Tags that never move: refused when one exists with another digest.",
    ["${GIT_TAG:-}", "${GIT_SHA}"],
  ),
  floating: field(oneOrMany(maybeText, "tags"), "Tags that may move, forward only.", [
    "${GIT_BRANCH:-}",
    "latest",
  ]),
  candidate: field(
    maybeText,
    "Where images are pushed before they are tested: a repository, perhaps with a tag. Default: the repository of the release, and the tag candidate-<commit>-<image>.",
    "registry.example.com/acme/orders-candidates",
  ),
  key: field(
    imageSecret,
    "The private key that signs attestations. Default: the variable SEATRIAL_KEY, if it is set. Its passphrase is SEATRIAL_KEY_PASSPHRASE.",
    { file: "seatrial.key" },
  ),
  insecure: field(
    v.union([flag, v.array(registryHost, HOSTS)], `true, false, or ${HOSTS}`),
    "Hosts that may speak plain HTTP, and whose certificates are not checked: true is the registry of the repository, a list names registries, token servers and storages. Default: only on loopback.",
    ["registry.example.com:5000"],
  ),
  cache: field(
    v.union([flag, maybeText], "true, false or a repository"),
    "Keep caches of the build in the repository, or in another one, for builders that start empty: a tag cache-<branch>.<stage> for each stage. Default: false.",
  ),
  "allow-sibling": field(flag, "Release although no suite speaks for the release image. Default: false."),
  "allow-backwards": field(
    flag,
    "Floating tags move also to an image of an older commit, or of one beside that of the image that they name. Default: false.",
  ),
  "allow-dirty": field(flag, "Release although the git tree has changes. Default: false."),
});
