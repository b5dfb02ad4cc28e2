import { isToolError, type ToolError } from "../../support/error.ts";
import { systemCode } from "./dial-failure.ts";

/** True for what an engine looks like that is still being started: nothing answers yet, or its certificates are not written yet. */
export function mayBeStarting(error: unknown): error is ToolError {
  const noCertificate = isToolError(error, "DOCKER_HOST_INVALID") && systemCode(error.cause) === "ENOENT";
  return noCertificate || isToolError(error, "ENGINE_UNREACHABLE");
}
