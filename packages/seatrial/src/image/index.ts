// Building: every target of a run in one BuildKit graph, and who the resulting images are. Images are used by id afterwards.
export { type BuildOptions, buildImages, releaseImages } from "./build.ts";
export { type BuildCache, type CacheScopes, type CacheStage, cacheTag, scopeOf } from "./build-cache.ts";
export { type ImageErrorCode, imageError } from "./errors.ts";
export { type GivenImage, parseGivenImage, takeGivenImages } from "./given.ts";
export { identityOf, proofOf } from "./identity.ts";
export { runOfTag, runTag } from "./names.ts";
export { pushCache } from "./push-cache.ts";
export { readPushedImages } from "./pushed.ts";
