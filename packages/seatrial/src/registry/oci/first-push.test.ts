import { expect, test } from "vitest";
import { resolveBeforePush } from "../resolve-before-push.ts";
import { imageOf } from "../testing/content.ts";
import type { RegistryServer } from "../testing/registry-server.ts";
import { answers } from "../testing/server-faults.ts";
import { startSubject } from "../testing/subject.ts";

/** As Quay: shows nobody a repository that does not exist, and makes it for whoever asks for the right to push to it. */
function makesForPushers(server: RegistryServer, repository: string): void {
  let isThere = false;
  const challenge = `Bearer realm="${server.origin}/token",service="test registry",scope="repository:${repository}:pull"`;
  const refuse = answers("", { status: 401, headers: { "www-authenticate": challenge } });
  server.fault((request, response) => {
    const { searchParams } = new URL(request.path, server.origin);
    isThere ||= searchParams.getAll("scope").includes(`repository:${repository}:pull,push`);
    return !isThere && request.path.startsWith(`/v2/${repository}/`) ? refuse(request, response) : undefined;
  });
}

test("a repository that the registry shows nobody before it exists is pushed to all the same", async () => {
  await using subject = await startSubject({ auth: { kind: "token" } });
  const { server, client, signal } = subject;
  makesForPushers(server, "team/new");
  const { manifests, blobs } = client.repository({ registry: server.registry, repository: "team/new" });
  const { manifest, config, layer } = imageOf();
  await expect(manifests.resolve("1", signal)).toThrowWithCode("REGISTRY_DENIED");
  const denials: string[] = [];
  const onDenied = ({ code }: { code: string }) => void denials.push(code);
  expect(await resolveBeforePush({ manifests, reference: "1", onDenied, signal })).toBeUndefined();
  expect(denials).toEqual(["REGISTRY_DENIED"]);
  for (const blob of [config, layer]) await blobs.put(blob, signal);
  await manifests.put("1", manifest, signal);
  expect((await manifests.resolve("1", signal))?.digest).toBe(manifest.digest);
});

test("a registry that fails is no repository that does not exist", async () => {
  await using subject = await startSubject();
  const { server, app, signal } = subject;
  server.fault(answers("HEAD ", { status: 500 }));
  await expect(resolveBeforePush({ ...app, reference: "1", signal })).toThrowWithCode("REGISTRY_FAILED");
});
