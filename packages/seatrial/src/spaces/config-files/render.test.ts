import { describe, expect, it } from "vitest";
import { nameReach } from "../testing/endpoint.ts";
import { readTemplates, renderFiles, type TemplateContext } from "./render.ts";

const context: TemplateContext = {
  values: { url: "postgres://u:p@db:5432/n", host: "db", name: "n" },
  spaces: { "cache.v2": { url: "redis://cache" } },
  services: { "mail-1.x": 2525 },
  env: { LOG_LEVEL: "debug" },
  reach: nameReach,
  signal: new AbortController().signal,
};

async function render(text: string, path = "config.d/a.yaml.tmpl"): Promise<string | undefined> {
  const [file] = await renderFiles(readTemplates([{ name: "a.yaml", path, text }]), context);
  return file?.text;
}

describe("a configuration template", () => {
  it("is text with names in it, spaces inside the braces or not", async () => {
    expect(await render("url: {{url}}\r\nhost: {{ host }} {{name}}{{name}}\n")).toBe(
      "url: postgres://u:p@db:5432/n\r\nhost: db nn\n",
    );
  });

  it("names other spaces, services and the environment, dots in their names or not", async () => {
    const text =
      "{{spaces.cache.v2.url}} {{services.mail-1.x.host}}:{{services.mail-1.x.port}} {{env.LOG_LEVEL}}";
    expect(await render(text)).toBe("redis://cache mail-1.x:2525 debug");
  });

  it("is left as it is where nothing is named", async () => {
    const text = "a } }} {x} ${HOME} { {host} }\u0000 \ud83d\ude80";
    expect(await render(text)).toBe(text);
    expect(await render("")).toBe("");
  });

  it("has {{ itself as {{{{", async () => {
    expect(await render("{{{{host}} {{host}} {{{{{{host}}")).toBe("{{host}} db {{db");
  });

  it("has no logic: values are put in as they are, and not read again", async () => {
    const values = { a: "{{b}} $& $1 \\", b: "no" };
    const [file] = await renderFiles(readTemplates([{ name: "x", path: "/x", text: "{{a}}|{{a}}" }]), {
      ...context,
      values,
    });
    expect(file?.text).toBe("{{b}} $& $1 \\|{{b}} $& $1 \\");
  });

  for (const [text, message] of [
    ["a\nbb: {{ hots }}", `config.d/a.yaml.tmpl:2:5: {{hots}} is not defined; did you mean "host"?`],
    [
      "{{env.LOG_LEVL}}",
      `config.d/a.yaml.tmpl:1:1: {{env.LOG_LEVL}} is not defined; did you mean "env.LOG_LEVEL"?`,
    ],
    ["{{spaces.mongo.url}}", "config.d/a.yaml.tmpl:1:1: {{spaces.mongo.url}} is not defined"],
    ["{{services.nothing.port}}", "config.d/a.yaml.tmpl:1:1: {{services.nothing.port}} is not defined"],
    ["{{constructor}}", "config.d/a.yaml.tmpl:1:1: {{constructor}} is not defined"],
    ["{{env.__proto__}}", "config.d/a.yaml.tmpl:1:1: {{env.__proto__}} is not defined"],
    ["x {{host", "config.d/a.yaml.tmpl:1:3: {{ is not closed on its line"],
    ["{{host\n}}", "config.d/a.yaml.tmpl:1:1: {{ is not closed on its line"],
    ["{{}}", "config.d/a.yaml.tmpl:1:1: {{}} is not the name of a value"],
    ["{{#if host}}", "config.d/a.yaml.tmpl:1:1: {{#if host}} is not the name of a value"],
    ["{{{host}}}", "config.d/a.yaml.tmpl:1:1: {{{host}} is not the name of a value"],
  ] as const)
    it(`${JSON.stringify(text)} is an error with its place`, async () => {
      await expect(render(text)).toThrowWithCode("CONFIG_TEMPLATE_INVALID");
      const error = await render(text).catch((thrown: unknown) => thrown as Error);
      expect(error instanceof Error && error.message.startsWith(message) ? message : error).toBe(message);
    });

  it("that names a space which the request does not says how to name it", async () => {
    await expect(render("{{spaces.redis.url}}")).rejects.toMatchObject({
      hint: expect.stringContaining("`with`"),
    });
  });
});
