import { expect, it } from "vitest";
import { createRedactor } from "./redact.ts";

it("hides a value and what it looks like in addresses, JSON and base64", () => {
  const secret = 'p@ss "word"/é';
  const redactor = createRedactor([secret]);
  const forms = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString("base64").replace(/=+$/, ""),
  ];
  for (const form of forms) expect(redactor.text(`before ${form} after`)).toBe("before [redacted] after");
});

it("hides a value in base64 wherever it stands there, and in an address with small digits", () => {
  const secret = "p?ss>word/é~";
  const redactor = createRedactor([secret]);
  for (const before of ["", "a", "ab", "https://user:"]) {
    for (const encoding of ["base64", "base64url"] as const) {
      const written = Buffer.from(`${before}${secret}@host`).toString(encoding);
      const hidden = redactor.text(written);
      expect(hidden).toMatch(/^[\w/+-]*\[redacted\][\w/+=-]*$/);
      expect(Buffer.from(hidden.replace("[redacted]", ""), encoding).toString()).not.toMatch(/wor/);
    }
  }
  expect(redactor.text("p%3fss%3eword%2f%c3%a9~")).toBe("[redacted]");
});

it("replaces a secret that contains another one whole", () => {
  expect(createRedactor(["abcd", "abcdefgh"]).text("abcdefgh abcd")).toBe("[redacted] [redacted]");
});

it("hides the lines of a secret of several lines one by one", () => {
  const redactor = createRedactor(["-----BEGIN KEY-----\nc2VjcmV0LWJ5dGVz\n-----END KEY-----"]);
  expect(redactor.text("log: c2VjcmV0LWJ5dGVz")).toBe("log: [redacted]");
});

it("hides what XML and HTML make of a value", () => {
  const redactor = createRedactor([`a<b>&'c"`]);
  for (const form of [
    `a&lt;b&gt;&amp;'c"`,
    `a&lt;b>&amp;'c&quot;`,
    "a&lt;b&gt;&amp;&apos;c&quot;",
    "a&lt;b&gt;&amp;&#39;c&#34;",
    "a&lt;b&gt;&amp;&#39;c&quot;",
    "a&lt;b&gt;&amp;&#x27;c&quot;",
  ])
    expect(redactor.text(`<x y="${form}"/>`), form).toBe('<x y="[redacted]"/>');
});

it("finds values in pieces of any size, the longest first, and says at the end what it held back", () => {
  const redactor = createRedactor(["abcd", "abcdefgh", "efghefgh"]);
  const text = "abcdefghefgh abcd abcdefg efghefgh abc";
  for (let size = 1; size <= text.length; size += 1) {
    const pieces = redactor.pieces();
    let said = "";
    for (let at = 0; at < text.length; at += size) said += pieces.push(text.slice(at, at + size));
    expect(said + pieces.end(), `pieces of ${size}`).toBe(redactor.text(text));
  }
  expect(redactor.text(text)).toBe("[redacted]efgh [redacted] [redacted]efg [redacted] abc");
  const none = createRedactor().pieces();
  expect([none.push("as it is"), none.end()]).toEqual(["as it is", ""]);
});

it("leaves values shorter than four characters alone", () => {
  expect(createRedactor(["abc", ""]).text("abc")).toBe("abc");
});

it("goes through plain values, keys included, and takes patterns literally", () => {
  const redactor = createRedactor(["a.b*c", "token-1"]);
  expect(redactor.value({ "token-1": ["a.b*c", 7, null, { deep: "xa.b*cx" }] })).toEqual({
    "[redacted]": ["[redacted]", 7, null, { deep: "x[redacted]x" }],
  });
  expect(redactor.text("aXbbc")).toBe("aXbbc");
});

it("knows values from the moment they are added, thousands of them too", () => {
  const redactor = createRedactor(["first-secret"]);
  const added = Array.from({ length: 2000 }, (_, at) => `pass-${at}-word`);
  for (const secret of added) redactor.add(secret);
  expect(redactor.text("a first-secret, pass-7-word and pass-1999-word; pass-7-wor")).toBe(
    "a [redacted], [redacted] and [redacted]; pass-7-wor",
  );
  redactor.add("pass-7-word-and-more");
  expect(redactor.text("pass-7-word-and-more")).toBe("[redacted]");
  expect(redactor.text(`postgres://u:${encodeURIComponent("pass-8-word")}@h`)).toBe(
    "postgres://u:[redacted]@h",
  );
  const began = performance.now();
  redactor.text("nothing to see in this line of a log, pass by\n".repeat(20_000));
  expect(performance.now() - began).toBeLessThan(2_000);
});

it("forgets a value that was taken away as often as it was added, and no other", () => {
  const secret = 'p@ss "word"/é';
  for (const others of [0, 500]) {
    const redactor = createRedactor([
      "p@ss stays",
      ...Array.from({ length: others }, (_, at) => `other-${at}-secret`),
    ]);
    for (const each of [secret, secret, "again-and-again"]) redactor.add(each);
    redactor.remove(secret);
    expect(redactor.text(`it is ${secret}`)).toBe("it is [redacted]");
    for (const each of [secret, "never there", "abc"]) redactor.remove(each);
    for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret)])
      expect(redactor.text(form)).toBe(form);
    expect(redactor.text("p@ss stays, again-and-again")).toBe("[redacted], [redacted]");
  }
});
