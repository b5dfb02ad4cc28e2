import { describe, expect, test } from "vitest";
import { createCertificates } from "../../support/testing/certificates.ts";
import { createFolder } from "../../support/testing/folder.ts";
import { connectQuickly } from "../testing/connect.ts";
import { startProxyServer } from "../testing/proxy-server.ts";
import { type RegistryServerOptions, startRegistryServer } from "../testing/registry-server.ts";
import { answers } from "../testing/server-faults.ts";
import { seedImage, startSubject } from "../testing/subject.ts";

const NAME = "registry.example.com";
const certificates = createCertificates([NAME]);
const strangers = createCertificates([NAME]);
const { signal } = new AbortController();

/** A registry with TLS that is called by a name of the world, through a proxy that knows where it is. */
async function startFarRegistry(
  options: {
    server?: RegistryServerOptions;
    /** Below the folder of certificates. */
    files?: Record<string, string>;
    insecureHosts?: string[];
    environment?: Record<string, string>;
    refuse?: number;
  } = {},
) {
  const server = await startRegistryServer({ tls: certificates.server, ...options.server });
  const { manifest } = seedImage(server, "team/app");
  const port = Number(server.registry.split(":")[1]);
  const proxy = await startProxyServer({
    port,
    ...(options.refuse !== undefined && { refuse: options.refuse }),
  });
  const home = await createFolder(options.files ?? {});
  const { client } = connectQuickly({
    environment: {
      HOME: home.path,
      HTTPS_PROXY: proxy.address,
      HTTP_PROXY: proxy.address,
      ...options.environment,
    },
    certificateFolders: [`${home.path}/certs.d`],
    insecureHosts: options.insecureHosts,
  });
  return {
    server,
    proxy,
    client,
    manifest,
    home,
    app: client.repository({ registry: NAME, repository: "team/app" }),
    async [Symbol.asyncDispose]() {
      for (const each of [client, home, proxy, server]) await each[Symbol.asyncDispose]();
    },
  };
}

const ca = { [`certs.d/${NAME}/ca.crt`]: certificates.ca.cert };

describe("a registry with TLS", () => {
  test("is trusted by the authority in docker's folder for it", async () => {
    await using far = await startFarRegistry({ files: ca });
    expect((await far.app.manifests.get("1", signal))?.digest).toBe(far.manifest.digest);
    expect(far.proxy.requests).toEqual([`CONNECT ${NAME}:443`]);
  });

  test.each(["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"])(
    "is trusted by an authority in %s",
    async (variable) => {
      await using folder = await createFolder({ "ca.pem": certificates.ca.cert });
      await using far = await startFarRegistry({ environment: { [variable]: `${folder.path}/ca.pem` } });
      expect((await far.app.manifests.get("1", signal))?.digest).toBe(far.manifest.digest);
    },
  );

  test("whose authority nobody knows is not trusted, not spoken to in plain text, and says what to do", async () => {
    await using far = await startFarRegistry();
    const error = await far.app.manifests.get("1", signal).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "REGISTRY_UNREACHABLE",
      message: expect.stringContaining("is not trusted"),
      hint: expect.stringContaining(`/etc/docker/certs.d/${NAME}/ca.crt`),
    });
    expect(far.server.requests).toEqual([]);
    expect(far.proxy.requests).toEqual([`CONNECT ${NAME}:443`]);
  });

  test("of another name, or signed by a stranger, is not trusted", async () => {
    await using other = await startFarRegistry({ files: ca, server: { tls: createCertificates().server } });
    await expect(other.app.manifests.get("1", signal)).toThrowWithCode("REGISTRY_UNREACHABLE");
    await using stranger = await startFarRegistry({ files: ca, server: { tls: strangers.server } });
    await expect(stranger.app.manifests.get("1", signal)).toThrowWithCode("REGISTRY_UNREACHABLE");
  });

  test("is taken as it is where that was chosen", async () => {
    await using far = await startFarRegistry({ insecureHosts: [NAME] });
    expect((await far.app.manifests.get("1", signal))?.digest).toBe(far.manifest.digest);
  });

  test("is shown the certificate in docker's folder for it", async () => {
    const tls = { ...certificates.server, ca: certificates.ca.cert };
    const files = {
      ...ca,
      [`certs.d/${NAME}/client.cert`]: certificates.client.cert,
      [`certs.d/${NAME}/client.key`]: certificates.client.key,
    };
    await using far = await startFarRegistry({ files, server: { tls } });
    expect((await far.app.manifests.get("1", signal))?.digest).toBe(far.manifest.digest);
    await using without = await startFarRegistry({ files: ca, server: { tls } });
    await expect(without.app.manifests.get("1", signal)).toThrowWithCode("REGISTRY_UNREACHABLE");
  });

  test.each([
    ["a certificate without its key", { [`certs.d/${NAME}/client.cert`]: certificates.client.cert }],
    ["an authority that is no certificate", { [`certs.d/${NAME}/ca.crt/x`]: "" }],
    [
      "a key that is none",
      {
        [`certs.d/${NAME}/client.cert`]: certificates.client.cert,
        [`certs.d/${NAME}/client.key`]: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
      },
    ],
  ])("%s is named", async (_what, files) => {
    await using far = await startFarRegistry({ files });
    const reading = far.app.manifests.get("1", signal);
    await expect(reading).toThrowWithCode("REGISTRY_SETTINGS_INVALID");
    await expect(reading).rejects.toThrow(`certs.d`);
  });

  test("sends nobody out of TLS: neither a redirect nor an upload nor a login", async () => {
    await using far = await startFarRegistry({ files: ca });
    await using plain = await startRegistryServer();
    const { server, app, manifest } = far;
    const blob = { digest: manifest.digest, size: 3 };
    const stop = server.fault(answers("GET ", { status: 307, headers: { location: `${plain.origin}/x` } }));
    await expect(app.manifests.get("1", signal)).toThrowWithCode("REGISTRY_FAILED");
    await expect(app.blobs.open(blob, signal)).toThrowWithCode("REGISTRY_FAILED");
    stop();
    server.fault(answers("POST ", { status: 202, headers: { location: `${plain.origin}/x` } }));
    const pushing = app.blobs.put(
      {
        ...blob,
        open: () => {
          throw new Error("not asked for");
        },
      },
      signal,
    );
    await expect(pushing).toThrowWithCode("REGISTRY_FAILED");
    await expect(pushing).rejects.toThrow("X-Forwarded-Proto");
    const challenge = { "www-authenticate": `Bearer realm="${plain.origin}/token"` };
    server.fault(answers("GET ", { status: 401, headers: challenge }));
    await expect(app.manifests.get("1", signal)).toThrowWithCode("REGISTRY_FAILED");
    expect(plain.requests).toEqual([]);
  });
});

describe("a registry without TLS", () => {
  test("far away is not spoken to, and the error says how that could be chosen", async () => {
    await using far = await startFarRegistry({ server: { tls: undefined } });
    const error = await far.app.manifests.get("1", signal).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "REGISTRY_UNREACHABLE",
      message: expect.stringContaining("speaks no TLS"),
      hint: expect.stringContaining("release.insecure"),
    });
    expect(far.server.requests).toEqual([]);
  });

  test("far away is spoken to where that was chosen, through the proxy for plain HTTP", async () => {
    await using far = await startFarRegistry({ server: { tls: undefined }, insecureHosts: [NAME] });
    expect((await far.app.manifests.get("1", signal))?.digest).toBe(far.manifest.digest);
    expect(far.proxy.requests.at(-1)).toBe(`GET http://${NAME}/v2/team/app/manifests/1`);
  });

  test("below the name localhost is this machine, without asking a name server, which may name any other", async () => {
    await using subject = await startSubject();
    const port = subject.server.registry.split(":")[1];
    for (const name of ["localhost", "registry.localhost"]) {
      const app = subject.client.repository({ registry: `${name}:${port}`, repository: "team/app" });
      expect((await app.manifests.get("1", signal))?.digest).toBe(subject.manifest.digest);
    }
  });

  test("on loopback is fine, with no proxy, and so is TLS there that nobody vouches for", async () => {
    await using plain = await startSubject({ client: { environment: { HTTP_PROXY: "http://127.0.0.1:1" } } });
    expect(await plain.app.manifests.get("1", signal)).toBeDefined();
    await using secure = await startSubject({ tls: strangers.server });
    expect(await secure.app.manifests.get("1", signal)).toBeDefined();
  });
});

describe("a registry that was chosen to be insecure", () => {
  const TOKENS = "auth.example.com";
  const STORAGE = "storage.example.com";

  /** It wants tokens from there, and we have a login. */
  async function startWithRealm(realm: string, insecureHosts: string[]) {
    const login = { auth: Buffer.from("ci:hunter2").toString("base64") };
    const far = await startFarRegistry({
      server: { tls: realm.startsWith("https:") ? certificates.server : undefined },
      insecureHosts,
      files: { ".docker/config.json": JSON.stringify({ auths: { [NAME]: login } }) },
    });
    const challenge = { "www-authenticate": `Bearer realm="${realm}"` };
    far.server.fault(answers("GET /v2/", { status: 401, headers: challenge }));
    far.server.fault(answers("GET /token", { status: 401 }));
    return far;
  }
  const logins = (far: Awaited<ReturnType<typeof startWithRealm>>) =>
    far.server.requests.flatMap(({ headers }) => headers.authorization ?? []);

  test("makes no other registry insecure", async () => {
    await using far = await startFarRegistry({ insecureHosts: [NAME] });
    for (const registry of ["other.example.com", `${NAME}:5000`, `sub.${NAME}`]) {
      const other = far.client.repository({ registry, repository: "team/app" });
      await expect(other.manifests.get("1", signal)).toThrowWithCode("REGISTRY_UNREACHABLE");
    }
    expect(far.server.requests).toEqual([]);
  });

  test("has its login sent to no token server in plain text, unless that one was chosen too", async () => {
    await using far = await startWithRealm(`http://${TOKENS}/token`, [NAME]);
    const reading = far.app.manifests.get("1", signal);
    await expect(reading).toThrowWithCode("REGISTRY_FAILED");
    await expect(reading).rejects.toThrow(
      `http://${TOKENS}, in plain text, and release.insecure does not name that host`,
    );
    expect(logins(far)).toEqual([]);
    await using chosen = await startWithRealm(`http://${TOKENS}/token`, [NAME, TOKENS]);
    await expect(chosen.app.manifests.get("1", signal)).toThrowWithCode("REGISTRY_DENIED");
    expect(logins(chosen)).toEqual([`Basic ${btoa("ci:hunter2")}`]);
  });

  test("has its login sent to no token server that nobody vouches for, unless that one was chosen too", async () => {
    await using far = await startWithRealm(`https://${TOKENS}/token`, [NAME]);
    const reading = far.app.manifests.get("1", signal);
    await expect(reading).toThrowWithCode("REGISTRY_UNREACHABLE");
    await expect(reading).rejects.toThrow(`is not trusted: ${TOKENS}: `);
    expect(logins(far)).toEqual([]);
    await using chosen = await startWithRealm(`https://${TOKENS}/token`, [NAME, TOKENS]);
    await expect(chosen.app.manifests.get("1", signal)).toThrowWithCode("REGISTRY_DENIED");
    expect(logins(chosen)).toEqual([`Basic ${btoa("ci:hunter2")}`]);
  });

  test.each(["http", "https"])("has %s of a storage elsewhere not taken as it is", async (scheme) => {
    await using far = await startFarRegistry({ insecureHosts: [NAME] });
    const headers = { location: `${scheme}://${STORAGE}/x` };
    far.server.fault(answers("GET /v2/team/app/", { status: 307, headers }));
    await expect(far.app.manifests.get("1", signal)).toThrowWithCode(
      scheme === "http" ? "REGISTRY_FAILED" : "REGISTRY_UNREACHABLE",
    );
    expect(far.server.requests.map(({ path }) => path)).not.toContain("/x");
  });
});

describe("a proxy", () => {
  test("is shown the login in its address, and the registry is not", async () => {
    await using far = await startFarRegistry({ files: ca });
    const address = far.proxy.address.replace("://", "://me:p%40ss@");
    const { client } = connectQuickly({
      environment: { HTTPS_PROXY: address },
      certificateFolders: [`${far.home.path}/certs.d`],
    });
    await using _closed = client;
    await client.repository(far.app.name).manifests.get("1", signal);
    expect(far.proxy.shown).toEqual([`Basic ${btoa("me:p@ss")}`]);
    expect(far.server.requests.map(({ headers }) => headers["proxy-authorization"])).toEqual([
      undefined,
      undefined,
    ]);
  });

  test("that refuses is named, without its password", async () => {
    await using far = await startFarRegistry({ refuse: 407 });
    const reading = far.app.manifests.get("1", signal);
    await expect(reading).toThrowWithCode("REGISTRY_UNREACHABLE");
    await expect(reading).rejects.toThrow(
      /proxy 127\.0\.0\.1:\d+ does not connect us to registry\.example\.com:443 \(status 407\)/,
    );
  });

  test("that is not there is named", async () => {
    await using far = await startFarRegistry({
      environment: { HTTPS_PROXY: "http://me:hunter2@127.0.0.1:1" },
    });
    const reading = far.app.manifests.get("1", signal);
    await expect(reading).toThrowWithCode("REGISTRY_UNREACHABLE");
    await expect(reading).rejects.toThrow(/proxy 127\.0\.0\.1:1 cannot be reached/);
    await expect(reading).rejects.not.toThrow("hunter2");
  });
});
