// Serves a directory of static files, perhaps below a path prefix, as any web server would.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";

const types = {
  ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".json": "application/json", ".svg": "image/svg+xml",
};

/** Serves `directory` at `prefix` (such as "/a/b/") on a free port; resolves to { url, requests, close }. */
export async function serve(directory, prefix = "/") {
  const requests = [];
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://x").pathname);
    requests.push(path);
    try {
      if (!path.startsWith(prefix)) throw new Error("outside");
      let file = normalize(join(directory, path.slice(prefix.length)));
      if (!file.startsWith(directory)) throw new Error("outside");
      if (path.endsWith("/")) file = join(file, "index.html");
      const content = await readFile(file);
      response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" }).end(content);
    } catch {
      response.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  return {
    url: `http://127.0.0.1:${port}${prefix}`,
    requests,
    close: () => new Promise((resolve) => { server.closeAllConnections?.(); server.close(resolve); }),
  };
}
