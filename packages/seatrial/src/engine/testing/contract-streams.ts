import { createHash, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { type ContractContext, readAll } from "./contract-context.ts";

const sha256 = (data: Buffer) => createHash("sha256").update(data).digest("hex");

export function describeStreams(context: () => ContractContext): void {
  test("1 MB of any bytes goes in and comes back whole, and the end of stdin is seen", async () => {
    const { spec, subject, launch } = context();
    const data = randomBytes(1_000_000);
    const { stream, exit } = await launch(spec(subject.argv.echo));
    stream.end(data);
    const back = await readAll(stream);
    expect(back.length).toBe(data.length);
    expect(sha256(back)).toBe(sha256(data));
    expect((await exit).exitCode).toBe(0);
  });

  test("what is written before the start is not lost", async () => {
    const { engine, signal, spec, subject } = context();
    const id = await engine.workloads.create(spec(subject.argv.echo), signal);
    const stream = await engine.workloads.attach(id, { onStderr: () => undefined, signal });
    stream.end("early words");
    const exit = engine.workloads.waitForExit(id, signal);
    await engine.workloads.start(id, signal);
    expect((await readAll(stream)).toString()).toBe("early words");
    expect((await exit).exitCode).toBe(0);
  });

  test("the very first and last output arrives, stdout and stderr apart", async () => {
    const { spec, subject, launch } = context();
    const stdout = Array.from({ length: 2_000 }, (_, index) => `line ${index}`).join("\n");
    const said = await launch(spec(subject.argv.say({ stdout, stderr: "a complaint" })));
    expect((await readAll(said.stream)).toString()).toBe(stdout);
    await said.exit;
    expect(said.stderr()).toBe("a complaint");
  });

  test("a slow reader loses nothing", async () => {
    const { spec, subject, launch } = context();
    const { stream, exit } = await launch(spec(subject.argv.echo));
    const data = randomBytes(4_000_000);
    stream.end(data);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const hash = createHash("sha256");
    for await (const chunk of stream) {
      hash.update(chunk as Buffer);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(hash.digest("hex")).toBe(sha256(data));
    expect((await exit).exitCode).toBe(0);
  });

  test("stdin and stdout are open at the same time, message by message", async () => {
    const { spec, subject, launch } = context();
    const { stream, exit } = await launch(spec(subject.argv.echo));
    const answers = stream[Symbol.asyncIterator]();
    for (const word of ["one", "two", "three"]) {
      stream.write(word);
      expect(String((await answers.next()).value)).toBe(word);
    }
    stream.end();
    expect((await answers.next()).done).toBe(true);
    expect((await exit).exitCode).toBe(0);
  });

  test("letting go of the stream ends a container that reads its stdin", async () => {
    const { engine, signal, spec, subject, launch } = context();
    const { id, stream, exit } = await launch(spec(subject.argv.echo));
    stream.destroy();
    await exit;
    expect(await engine.workloads.inspect(id, signal)).toBeUndefined();
  });

  test("the stream ends when the container is removed", async () => {
    const { engine, signal, spec, subject, launch } = context();
    const { id, stream } = await launch(spec(subject.argv.sleep));
    const rest = readAll(stream);
    await engine.workloads.remove(id, signal);
    expect((await rest).length).toBe(0);
  });

  test("many containers at once keep their streams apart", async () => {
    const { spec, subject, launch } = context();
    const words = ["ash", "birch", "cedar", "dogwood"];
    const back = await Promise.all(
      words.map(async (word) => {
        const { stream, exit } = await launch(spec(subject.argv.echo));
        stream.end(word.repeat(10_000));
        const text = (await readAll(stream)).toString();
        await exit;
        return text;
      }),
    );
    expect(back).toEqual(words.map((word) => word.repeat(10_000)));
  });
}
