import { formatReference } from "../../registry/index.ts";
import type { ToolError } from "../../support/error.ts";
import { engineError } from "../errors.ts";
import { accessFailure, connectionFailure, type FailedTransfer } from "./registry-failure.ts";

/** What a failed upload means. */
export function pushFailure(transfer: FailedTransfer): ToolError {
  const { message, reference } = transfer;
  const name = formatReference(reference);
  if (NOT_HERE.test(message)) {
    return engineError({
      code: "IMAGE_NOT_FOUND",
      message: `The engine has no image ${name} that could be pushed: ${message}`,
      hint: "Build it first, or give an image that is there this name.",
    });
  }
  return (
    accessFailure(transfer, { code: "IMAGE_PUSH_DENIED", verb: "push" }) ??
    connectionFailure(transfer) ??
    engineError({
      code: "IMAGE_PUSH_FAILED",
      message: `Image ${name} could not be pushed to registry ${reference.registry}: ${message}`,
      hint: `Try the same by hand: docker push ${name}`,
    })
  );
}

const NOT_HERE = /does not exist locally|tag does not exist|no such image|reference does not exist/i;
