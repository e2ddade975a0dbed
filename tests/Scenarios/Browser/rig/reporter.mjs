// Tells run.sh what became of each test: lines of a word, seconds and text, with tabs between them.
// What a failure has to say comes before its line.
const line = (word, seconds, text) => `${word}\t${seconds}\t${String(text).replaceAll(/\s+/g, " ")}\n`;
const lines = (text) => String(text).split("\n").map((part) => `text\t0\t${part}\n`).join("");

export default async function* report(source) {
  for await (const { type, data } of source) {
    if (data.nesting > 0) continue;
    const seconds = Math.round((data.details?.duration_ms ?? 0) / 1000);
    if (type === "test:pass") yield line(data.skip === undefined ? "pass" : "skip", seconds, data.name);
    if (type === "test:fail") yield lines(data.details.error.stack ?? data.details.error) + line("fail", seconds, data.name);
    if (type === "test:diagnostic" && /^(search|slowest) /.test(data.message)) yield line("note", 0, data.message);
    if (type === "test:stdout" || type === "test:stderr") yield lines(data.message);
  }
}
