// Repositories for the tests, made by the real programs.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const top = resolve(dirname(new URL(import.meta.url).pathname), "../../..");
const program = (name) => process.env[`PEIPKG_${name.toUpperCase()}`] ?? join(top, "artifacts/bin", `peipkg-${name}`);
const run = (name, ...args) => execFileSync(program(name), args, { stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });

/** What the hostile packages hold; each piece must come out as text. */
export const hostile = {
  markup: "<script>document.title='owned'</script> \"quoted\" & <img src=x onerror=alert(1)>",
  longName: `lib${"very-long-name.".repeat(5)}`.slice(0, 64).replace(/[-.]+$/, ""),
  override: "exe\u202egpj.sh",
};

export class Fixture {
  constructor() {
    this.directory = mkdtempSync(join(tmpdir(), "peipkg-site-"));
    this.key = join(this.directory, "key.pem");
    run("repo", "keygen", "--out", this.key);
    this.clock = Date.UTC(2026, 4, 1, 12);
  }

  path(name) {
    return join(this.directory, name);
  }

  time() {
    this.clock += 3600_000;
    return new Date(this.clock).toISOString().replace(/\.\d+/, "");
  }

  init(name, repository, description) {
    run("repo", "init", "--name", repository, "--description", description, "--sign-key", this.key, "--timestamp", this.time(),
      "--out", this.path(name));
    return this.path(name);
  }

  publish(name, packages, ...more) {
    run("repo", "publish", "--in", this.path(name), "--out", this.path(name), "--new", packages, "--sign-key", this.key,
      "--timestamp", this.time(), ...more);
  }

  /** Packs one package; `files` maps paths to contents, or to { target } for a link. */
  pack(into, { name, version = "1.0-1", architecture = "x86_64", files = {}, signed = true, ...manifest }) {
    const staged = mkdtempSync(join(this.directory, "staged-"));
    const all = Object.keys(files).length > 0 ? files : { [`usr/share/${name}/README`]: `${name}\n` };
    for (const [path, content] of Object.entries(all)) {
      mkdirSync(join(staged, dirname(path)), { recursive: true });
      if (content.target) symlinkSync(content.target, join(staged, path));
      else writeFileSync(join(staged, path), content);
    }
    mkdirSync(this.path(into), { recursive: true });
    const document = {
      schema_version: 1, name, version, architecture, description: "", license: "MIT", homepage: "", dependencies: [],
      optional_dependencies: [], conflicts: [], provides: [], replaces: [], side_effects: [], size_installed: 0, sd_overrides: [],
      build: { timestamp: this.time(), farm_id: "farm.example.org", source_ref: `git+https://git.example.org/${name}#refs/tags/v${version.split("-")[0]}` },
      ...manifest,
    };
    writeFileSync(join(staged, "../manifest.json"), JSON.stringify(document));
    run("build", "pack", "--manifest", this.path("manifest.json"), "--staged", staged,
      "--out", join(this.path(into), `${name}_${version}_${architecture}.peipkg`), ...(signed ? ["--sign-key", this.key] : []));
    rmSync(staged, { recursive: true });
  }

  /** A repository as a small farm has it: a web server, libraries, a virtual name, several versions, an unsigned package. */
  small(name = "small") {
    const lib = (path) => `usr/lib/x86_64-linux-peios/${path}`;
    const add = (description) => this.pack("packages", description);
    add({ name: "zlib", version: "1.3.1-2", description: "Compression library in the deflate format.", license: "Zlib",
      homepage: "https://zlib.net/", side_effects: ["ldconfig"], provides: [{ name: "pkgconfig(zlib)", version: "1.3.1" }],
      files: { [lib("libz.so.1.3.1")]: "x".repeat(124_000), [lib("libz.so.1")]: { target: "libz.so.1.3.1" }, "usr/share/doc/zlib/README": "z".repeat(5200) } });
    for (const version of ["1.2.13-1", "1.3-1", "1.3.1-1"]) {
      add({ name: "zlib", version, description: "Compression library in the deflate format.", license: "Zlib", homepage: "https://zlib.net/" });
    }
    add({ name: "openssl", version: "3.5.0-1", description: "TLS and cryptography toolkit.", license: "Apache-2.0", homepage: "https://www.openssl.org/",
      dependencies: [{ name: "zlib", constraint: ">= 1.2" }], provides: [{ name: "libssl", version: "3.5" }] });
    add({ name: "pcre2", version: "10.44-1", description: "Regular expressions with the syntax and semantics of Perl 5.", license: "BSD-3-Clause" });
    add({ name: "nginx", version: "1.27.5-1", description: "HTTP server, reverse proxy and load balancer.", license: "BSD-2-Clause",
      homepage: "https://nginx.org/",
      dependencies: [{ name: "libssl", constraint: ">= 3.0" }, { name: "pcre2" }, { name: "zlib", constraint: ">= 1.3, < 2" }],
      optional_dependencies: [{ name: "certbot" }], provides: [{ name: "http-server" }], conflicts: [{ name: "lighttpd" }],
      replaces: [{ name: "nginx-core", constraint: "< 1.20" }],
      files: {
        "usr/bin/nginx": "n".repeat(1_430_000), "etc/nginx/nginx.conf": "worker_processes auto;\n", "etc/nginx/mime.types": "t".repeat(5300),
        "usr/share/man/man8/nginx.8": "m".repeat(6400), "usr/share/nginx/html/index.html": "<!DOCTYPE html>\n",
        ...Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`usr/share/doc/nginx/changes-1.${i}.txt`, "c".repeat(100 + i)])),
      }, side_effects: ["man-db"] });
    add({ name: "nginx", version: "1.28.0~rc1-1", description: "HTTP server, reverse proxy and load balancer.", license: "BSD-2-Clause", homepage: "https://nginx.org/",
      dependencies: [{ name: "libssl", constraint: ">= 3.0" }, { name: "pcre2" }], provides: [{ name: "http-server" }] });
    add({ name: "lighttpd", version: "1.4.79-1", description: "Small web server for static files.", dependencies: [{ name: "pcre2" }], provides: [{ name: "http-server" }] });
    add({ name: "certbot", version: "4.0.0-1", architecture: "noarch", description: "Fetches and renews certificates.", dependencies: [{ name: "http-server" }, { name: "python3" }], signed: false });
    add({ name: "g++", version: "15.1.0-1", description: "The GNU C++ compiler.", dependencies: [{ name: "libstdc++" }], license: "GPL-3.0-or-later" });
    add({ name: "libstdc++", version: "15.1.0-1", description: "The GNU C++ library." });
    add({ name: "7zip", version: "25.00-1", description: "Archiver with a high compression ratio.", dependencies: [{ name: "zlib" }] });
    for (const word of ["bash", "bzip2", "coreutils", "curl", "findutils", "gawk", "git", "grep", "htop", "jq", "less", "make", "openssh", "perl", "rsync", "sed", "sqlite", "tar", "tmux", "vim", "xz", "zstd"]) {
      add({ name: word, version: "2.0-1", description: `The ${word} program.`, dependencies: word === "bash" ? [] : [{ name: "zlib" }] });
    }
    const root = this.init(name, "example", "Packages of the example farm: servers, libraries and tools.");
    this.publish(name, this.path("packages"));
    return root;
  }

  /** Packages whose metadata is made to break pages. */
  hostile(name = "hostile") {
    this.pack("bad", { name: "evil", description: hostile.markup, license: "<b>MIT</b>", homepage: "https://example.org/\"><script>alert(1)</script>".replace(/["<>]/g, (c) => encodeURIComponent(c)),
      files: { [`usr/share/evil/${hostile.override}`]: "x", "usr/share/evil/<img src=x onerror=alert(1)>": "x" },
      build: { timestamp: this.time(), farm_id: "<svg onload=alert(1)>", source_ref: "javascript:alert(1)" } });
    this.pack("bad", { name: hostile.longName, version: `1.${"0123456789.".repeat(8)}0-1`, description: "W".repeat(600) });
    const root = this.init(name, "it's <b>bold</b>", "A \"description\" with <i>markup</i> & more");
    this.publish(name, this.path("bad"));
    return root;
  }

  /** So many packages that they are listed by letter. */
  large(names = 5000, name = "large") {
    const generator = join(top, "tests/Benchmarks/bin/Release/net10.0/Benchmarks.dll");
    if (!existsSync(generator)) throw new Error(`${generator} is missing; build tests/Benchmarks first`);
    execFileSync("dotnet", [generator, "packages", this.path("many"), String(names), "1", this.key], { stdio: "ignore" });
    const root = this.init(name, "large", `${names} packages.`);
    this.publish(name, this.path("many"));
    return root;
  }

  remove() {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
