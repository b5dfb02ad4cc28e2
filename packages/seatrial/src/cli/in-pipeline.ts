/** True in a job of a CI system: all set CI, but for a Jenkins of before 2021. */
export function inPipeline({ CI, JENKINS_URL }: Record<string, string | undefined>): boolean {
  return Boolean(JENKINS_URL) || !["", "0", "false"].includes(CI ?? "");
}
