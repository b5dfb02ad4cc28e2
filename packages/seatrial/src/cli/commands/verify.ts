import type { CommandContext } from "./context.ts";
import { examples } from "./examples.ts";

/** `seatrial verify`: its flags, help and examples. */
export function defineVerify({ program, surroundings, exit, global }: CommandContext): void {
  program
    .command("verify")
    .description("tell what was proved of an image, by whom, when; exit 1 when it does not hold")
    .argument("<reference>", "the image: repository with a tag or a digest")
    .requiredOption(
      "--key <file>",
      "a public key whose attestations count (may be given again)",
      (file: string, files: string[] | undefined) => [...(files ?? []), file],
    )
    .option("--suite <name...>", "this suite must be attested; check is the checks of the image")
    .option("--proof <kind...>", "suites count by these proofs only: identical, prefix, black-box, sibling")
    .option("--commit <sha>", "attestations must be of this commit")
    .option("--max-age <time>", "tests must not be older: 12h, 30d")
    .option("--insecure", "the registry speaks plain HTTP, or its certificate is not checked")
    .option("--json", "print the verdict as JSON")
    .addHelpText(
      "after",
      examples(
        "seatrial verify registry.example.com/acme/orders:v1.4.2 --key seatrial.pub",
        "seatrial verify registry.example.com/acme/orders@sha256:8d09… --key seatrial.pub --suite unit integration check",
        "seatrial verify registry.example.com/acme/orders:v1.4.2 --key seatrial.pub --proof identical prefix black-box",
        'seatrial verify registry.example.com/acme/orders:latest --key seatrial.pub --commit "$(git rev-parse HEAD)" --max-age 30d',
      ),
    )
    .action(async (reference: string, flags) =>
      exit(
        await (await import("../verify.ts")).verifyCommand({
          surroundings,
          flags: { ...global(), ...flags, reference },
        }),
      ),
    );
}
