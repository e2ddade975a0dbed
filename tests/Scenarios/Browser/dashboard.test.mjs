// The manager's dashboard, served by a real farm, in a real Chromium.
import { strict as assert } from "node:assert";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { assertAccessible, assertFits, finish, screenshot, startBrowser } from "./rig/browser.mjs";

const top = resolve(dirname(new URL(import.meta.url).pathname), "../../..");
const program = (name) => process.env[`PEIPKG_${name.toUpperCase()}`] ?? join(top, "artifacts/bin", `peipkg-${name}`);
const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
const farms = [];
let browser;

/** A farm of its own with a running manager. */
class Farm {
  constructor(id, http = "", more = "") {
    this.directory = mkdtempSync(join(tmpdir(), "peipkg-farm-"));
    mkdirSync(this.path("recipes"));
    mkdirSync(this.path("bin"));
    for (const name of ["build", "repo"]) execFileSync("ln", ["-s", program(name), this.path(`bin/peipkg-${name}`)]);
    execFileSync(program("repo"), ["keygen", "--out", this.path("key")]);
    const git = (...args) => execFileSync("git", ["-C", this.path("upstream"), "-c", "user.name=t", "-c", "user.email=t@example.org", ...args], { stdio: "pipe" });
    mkdirSync(this.path("upstream"));
    git("init", "--quiet");
    writeFileSync(this.path("upstream/greeting"), "hello\n");
    git("add", "greeting");
    git("commit", "--quiet", "-m", "greeting");
    git("tag", "v1.0");
    writeFileSync(this.path("config.toml"), `
[manager]
id = ${JSON.stringify(id)}
recipes_dir = "${this.path("recipes")}"
state_dir = "${this.path("state")}"
[repo]
name = "demo"
[signing]
key_file = "${this.path("key")}"
[http]
addr = "127.0.0.1:0"
${http}
[poll]
default_interval = "1h"
[build]
parallel = 3
[limits]
min_free = "1B"
${more}`);
    farms.push(this);
  }

  path(name) {
    return join(this.directory, name);
  }

  recipe(name, script, watched = true) {
    mkdirSync(this.path(`recipes/${name}`));
    writeFileSync(this.path(`recipes/${name}/build.sh`), `set -eu\n${script}\nmkdir -p "$DESTDIR/usr/share/${name}"\ncp "$SOURCE_DIR/greeting" "$DESTDIR/usr/share/${name}/greeting"\n`);
    writeFileSync(this.path(`recipes/${name}/peipkg.toml`), `
[meta]
license = "MIT"
build_script = "build.sh"
[[package]]
name = "${name}"
architecture = "noarch"
files = ["usr/share/${name}/**"]
${watched ? `[upstream]\ngit = "${this.path("upstream")}"\ntag_pattern = "^v([0-9.]+)$"\npeios_revision = 1\n` : ""}`);
  }

  async start() {
    this.log = "";
    this.manager = spawn(program("manager"), ["--config", this.path("config.toml")], {
      env: { ...process.env, PATH: `${this.path("bin")}:/usr/bin:/bin` }, stdio: ["ignore", "ignore", "pipe"],
    });
    this.manager.stderr.on("data", (data) => { this.log += data; });
    this.url = (await this.logged(/webhook server listening" addr=(\S+)/))[1];
  }

  async logged(pattern) {
    for (let i = 0; i < 900; i++) {
      const match = this.log.match(pattern);
      if (match) return match;
      if (this.manager.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`no ${pattern} in:\n${this.log}`);
  }

  async stop() {
    if (this.manager?.exitCode === null) {
      const ended = new Promise((resolve) => this.manager.once("exit", resolve));
      // The first lets builds end, the second does not. Two that wait together are one to the kernel.
      const ask = setInterval(() => this.manager.kill("SIGTERM"), 250);
      const insist = setTimeout(() => this.manager.kill("SIGKILL"), 20_000);
      this.manager.kill("SIGTERM");
      await ended;
      clearInterval(ask);
      clearTimeout(insist);
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}

before(async () => {
  browser = await startBrowser();
});

after(async () => {
  for (const farm of farms) await farm.stop();
  await browser?.close();
});

test("an empty farm says what to do, accessible in light and dark, on a desk and on a phone", async () => {
  const farm = new Farm("farm <b>one</b>");
  await farm.start();
  for (const [name, options] of [["light", {}], ["dark", { colorScheme: "dark" }], ["phone", phone]]) {
    const page = await browser.open(farm.url, options);
    assert.equal(await page.locator("h1").innerText(), "farm <b>one</b>");
    assert.match(await page.locator(".empty").innerText(), /No recipes yet/);
    await assertAccessible(page);
    await assertFits(page);
    await screenshot(page, `dashboard-empty-${name}`, { fullPage: true });
    await finish(page);
  }
});

test("500 recipes, a failing build and a hostile live log", async () => {
  const farm = new Farm("farm.example.org");
  for (let i = 0; i < 497; i++) farm.recipe(`package-${String(i).padStart(3, "0")}`, "", false);
  farm.recipe("aaa-broken", "echo 'greeting.c:12:3: error: expected expression'; exit 1");
  farm.recipe("aab-fine", "");
  farm.recipe("aac-hostile", `
printf '\\033[31mred\\033[0m \\033]0;owned\\007 <script>document.title="owned"</script> \\342\\200\\256reversed\\n'
head -c 10485760 /dev/zero | tr '\\0' 'x'; echo
while [ ! -e /nowhere ]; do echo tick; sleep 0.2; done`);
  mkdirSync(farm.path("recipes/wrong"));
  writeFileSync(farm.path("recipes/wrong/peipkg.toml"), "[meta]\n<script>alert(1)</script> = 1\n");
  await farm.start();
  await farm.logged(/msg="build failed" recipe=aaa-broken/);
  await farm.logged(/build \+ publish complete" recipe=aab-fine/);
  await farm.logged(/msg="starting build" recipe=aac-hostile/);

  for (const [name, options] of [["light", {}], ["dark", { colorScheme: "dark" }], ["phone", phone]]) {
    const page = await browser.open(farm.url, options);
    assert.equal(await page.locator("#table-recipes tbody tr").count(), 500);
    assert.match(await page.locator("[aria-labelledby=failing]").first().innerText(), /aaa-broken 1\.0-1/);
    assert.match(await page.locator("[aria-labelledby=failing] a").nth(1).getAttribute("href"), /^\/builds\/[0-9]+$/);
    assert.match(await page.locator(".standing").innerText(), /^2 warnings started .* ago, version /);
    await assertAccessible(page);
    await assertFits(page);
    await screenshot(page, `dashboard-farm-${name}`);
    await finish(page);
  }

  const page = await browser.open(farm.url);
  await page.fill("#filter", "aac");
  assert.equal(await page.locator("#table-recipes tbody tr:visible").count(), 1);
  await page.waitForResponse((response) => response.url() === farm.url || response.url() === `${farm.url}/`);
  await page.waitForTimeout(100);
  assert.equal(await page.inputValue("#filter"), "aac");
  assert.equal(await page.locator("#table-recipes tbody tr:visible").count(), 1);
  await page.locator("[aria-labelledby=running] a", { hasText: "attempt" }).first().click();
  await page.waitForFunction(() => /tick\s*tick/.test(document.getElementById("log").textContent));
  const shown = await page.locator("#log").textContent();
  assert.ok(shown.length <= 400100, `${shown.length}`);
  assert.ok(!/[\u001b\u0007\u202e]/.test(shown), "control characters");
  assert.match(await page.title(), /aac-hostile 1\.0-1/);
  await assertAccessible(page);
  await assertFits(page);
  await screenshot(page, "dashboard-log-live");
  const whole = await (await fetch(new URL(await page.getAttribute("#log", "data-log"), page.url()))).text();
  assert.match(whole, /<script>document\.title="owned"<\/script>/);
  await finish(page);

  const failed = await browser.open(`${farm.url}/recipes/aaa-broken`, phone);
  // It may just be tried again; the page follows.
  await failed.waitForFunction(() => /tried again at/.test(document.getElementById("main").innerText), null, { timeout: 60_000 });
  await assertAccessible(failed);
  await assertFits(failed);
  await screenshot(failed, "dashboard-recipe-phone");
  await failed.locator("[aria-labelledby=latest-attempts] a").first().click();
  await failed.waitForSelector("#log");
  // The page of an attempt that is under way loads again when that has ended.
  await failed.waitForFunction(() => /expected expression/.test(document.getElementById("log")?.innerText), null, { timeout: 60_000 });
  await assertFits(failed);
  await screenshot(failed, "dashboard-build-phone");
  await finish(failed);
});

test("a colourful log of 200,000 lines has numbers, colours, a filter and lines to point at", async () => {
  const farm = new Farm("farm.example.org");
  farm.recipe("colourful", `
yes "$(printf 'noise %0180d' 1)" | head -n 200000 || true
printf '\\033[1;31merror:\\033[0m it broke\\n\\033[38;5;2mgreen\\033[m\\033[K <b>no</b>\\n 10%%\\r100%%\\r\\ndone \\033]0;title\\007here\\n'
exit 1`);
  await farm.start();
  await farm.logged(/msg="build failed" recipe=colourful/);
  const number = JSON.stringify(await (await fetch(`${farm.url}/status`)).json()).match(/"build":([0-9]+)/)[1];
  const page = await browser.open(`${farm.url}/builds/${number}`);
  await page.waitForSelector("#log .colour-1");
  const lines = await page.evaluate(() => [...document.querySelectorAll(".line")].slice(-12).map((line) => line.textContent));
  const find = (text) => lines.find((line) => line.includes(text));
  assert.equal(find("error:"), "error: it broke");
  assert.equal(find("green"), "green <b>no</b>");
  assert.equal(find("100%"), "100%");
  assert.equal(find("done"), "done here");
  assert.equal(await page.locator("#log .colour-1.bold").textContent(), "error:");
  assert.equal(await page.locator("#log .colour-2").textContent(), "green");
  const id = await page.locator(".line", { hasText: "it broke" }).getAttribute("id");
  const whole = await (await fetch(`${farm.url}/logs/${number}`)).text();
  assert.equal(Number(id.slice(1)), whole.split("\n").findIndex((line) => line.includes("it broke")) + 1);
  assert.ok(Number(id.slice(1)) > 200_000, id);
  await assertAccessible(page);
  await assertFits(page);
  await screenshot(page, "dashboard-log-colours");

  const inView = (where, selector) => where.evaluate((selector) => {
    const [line, log] = [selector, "#log"].map((each) => document.querySelector(each).getBoundingClientRect());
    return line.top >= log.top - 1 && line.bottom <= log.bottom + 1;
  }, selector);
  assert.ok(await inView(page, ".line:last-child"), "the log's end is not shown");
  await page.fill("#find", "IT BROKE");
  assert.equal(await page.locator(".line:visible").count(), 1);
  assert.match(await page.locator("#found").innerText(), /^1 of [0-9]+ lines$/);
  await page.fill("#find", "");
  await page.locator(`#${id} a`).click();
  assert.equal(new URL(page.url()).hash, `#${id}`);
  await page.waitForSelector(`#${id}.marked`);
  await finish(page);

  const pointed = await browser.open(`${farm.url}/builds/${number}#${id}`, { ...phone, colorScheme: "dark" });
  await pointed.waitForSelector(`#${id}.marked`);
  assert.ok(await inView(pointed, `#${id}`), "the line that the address names is not shown");
  await assertAccessible(pointed);
  await assertFits(pointed);
  await screenshot(pointed, "dashboard-log-phone");
  await finish(pointed);
});

test("who is signed in acts from the pages, with and without scripts, and who may not sees no buttons", async () => {
  const farm = new Farm("farm.example.org", 'user_header = "X-Forwarded-User"\nproxies = ["127.0.0.1"]', '[[role]]\nusers = ["ann"]\n');
  farm.recipe("aaa-broken", "exit 1");
  farm.recipe("aab-fine", "");
  await farm.start();
  await farm.logged(/msg="build failed" recipe=aaa-broken/);
  await farm.logged(/build \+ publish complete" recipe=aab-fine/);
  const ann = { extraHTTPHeaders: { "X-Forwarded-User": "ann" } };
  for (const [name, options] of [["light", {}], ["dark", { colorScheme: "dark" }], ["phone", phone]]) {
    const page = await browser.open(farm.url, { ...ann, ...options });
    assert.match(await page.locator("header").innerText(), /signed in as ann/);
    await page.locator("summary", { hasText: "Acknowledge" }).first().click();
    assert.ok(await page.locator("[name=reason]").locator("visible=true").count() > 0);
    await assertAccessible(page);
    await assertFits(page);
    await screenshot(page, `dashboard-acts-${name}`, { fullPage: true });
    await finish(page);
  }

  const page = await browser.open(farm.url, { ...ann, javaScriptEnabled: false });
  await page.locator("summary", { hasText: "Pause builds" }).click();
  await page.locator(".act[open] [name=reason]").fill("moving <b>house</b>");
  await page.locator("button", { hasText: "Pause builds" }).click();
  assert.match(await page.locator(".notice.good").innerText(), /no more builds are begun/);
  assert.match(await page.locator(".problems").innerText(), /all builds are paused: moving <b>house<\/b>/);
  await page.locator("button", { hasText: "Resume builds" }).click();
  assert.match(await page.locator(".notice.good").innerText(), /builds go on/);
  await finish(page);

  const recipe = await browser.open(`${farm.url}/recipes/aaa-broken`, ann);
  await recipe.locator("summary", { hasText: "Reject" }).click();
  await recipe.locator(".act[open] [name=reason]").fill("never");
  // Longer than the page waits before it loads again: what somebody writes is not taken away.
  await recipe.waitForTimeout(6000);
  assert.equal(await recipe.locator(".act[open] [name=reason]").inputValue(), "never");
  await recipe.locator(".act[open] button").click();
  await recipe.waitForSelector(".notice");
  assert.match(await recipe.locator(".notice.good").innerText(), /aaa-broken@1\.0-1 is rejected/);
  assert.match(await recipe.locator("[aria-labelledby=events]").first().innerText(), /rejected\s+1\.0-1\s+ann@X-Forwarded-User\s+never/);
  await assertAccessible(recipe);
  await assertFits(recipe);
  await screenshot(recipe, "dashboard-acts-recipe");
  await finish(recipe);

  for (const [name, options] of [["light", {}], ["dark", { colorScheme: "dark" }], ["phone", phone]]) {
    const charts = await browser.open(`${farm.url}/charts`, options);
    assert.match(await charts.locator(".chart").first().innerText(), /1 passed, [1-9] failed/);
    assert.ok(await charts.locator(".plot rect").first().evaluate((bar) => bar.getBoundingClientRect().height > 10), "a bar cannot be seen");
    await charts.locator("summary", { hasText: "numbers" }).click();
    await assertAccessible(charts);
    await assertFits(charts);
    await screenshot(charts, `dashboard-charts-${name}`, { fullPage: true });
    await finish(charts);
  }

  const reader = await browser.open(`${farm.url}/recipes/aaa-broken`, { extraHTTPHeaders: { "X-Forwarded-User": "eve" } });
  assert.equal(await reader.locator("button, form, details").count(), 0);
  await finish(reader);
});
