// Tells run.sh what became of each test: lines of a word, seconds and text, with tabs between them.
// What a failure has to say comes before its line.
import { isAbsolute } from "node:path";

const line = (word, seconds, text) => `${word}\t${seconds}\t${String(text).replaceAll(/\s+/g, " ")}\n`;
const lines = (text) => String(text).split("\n").map((part) => `text\t0\t${part}\n`).join("");

export default async function* report(source) {
  for await (const { type, data } of source) {
    const seconds = Math.round((data.details?.duration_ms ?? 0) / 1000);
    const error = data.details?.error;
    // Some versions of node also report the file, by its path.
    const file = isAbsolute(data.name ?? "");
    if (type === "test:pass" && !file && data.skip !== "test name does not match pattern") {
      yield line(data.skip === undefined ? "pass" : "skip", seconds, data.name);
    } else if (type === "test:fail" && !(file && error.failureType === "subtestsFailed")) {
      yield lines(error.cause?.stack ?? error.stack ?? error) + line("fail", seconds, data.name);
    } else if (type === "test:diagnostic" && /^(search|slowest) /.test(data.message)) {
      yield line("note", 0, data.message);
    } else if (type === "test:stdout" || type === "test:stderr") {
      yield lines(data.message);
    }
  }
}
