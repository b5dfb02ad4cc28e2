import { formatReference } from "../../registry/index.ts";
import { EXIT, type ToolError } from "../../support/error.ts";
import { engineError } from "../errors.ts";
import { accessFailure, connectionFailure, type FailedTransfer } from "./registry-failure.ts";

/** What a failed download means. */
export function pullFailure(transfer: FailedTransfer): ToolError {
  const { message, reference } = transfer;
  const name = formatReference(reference);
  const denied = accessFailure(transfer, { code: "IMAGE_PULL_DENIED", verb: "pull" });
  if (denied !== undefined) return denied;
  if (NOT_FOUND.test(message)) {
    return engineError({
      code: "IMAGE_NOT_FOUND",
      message: `Image ${name} does not exist in registry ${reference.registry}: ${message}`,
      hint: "Check its name, tag and platform.",
      exitCode: EXIT.usage,
    });
  }
  return (
    connectionFailure(transfer) ??
    engineError({
      code: "ENGINE_FAILED",
      message: `Image ${name} could not be pulled: ${message}`,
      hint: `Try the same by hand: docker pull ${name}`,
    })
  );
}

const NOT_FOUND = /manifest unknown|not found|no matching manifest|does not exist|name unknown/i;
