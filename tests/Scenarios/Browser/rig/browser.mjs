// A real Chromium, watched: whatever a page complains of or asks of another host fails the test that opened it.
import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const artifacts = resolve(process.env.PEIPKG_SCREENSHOTS ?? join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../../../../artifacts/screenshots"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Starts a browser with a profile of its own; `close` ends it and removes the profile. */
export async function startBrowser() {
  const profile = mkdtempSync(join(tmpdir(), "peipkg-browser-"));
  const browser = await chromium.launch({
    executablePath,
    args: [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", `--crash-dumps-dir=${profile}`,
    ],
    env: { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile },
  });
  return {
    /** Opens a page; `options` are those of a browser context: viewport, colorScheme, javaScriptEnabled, … */
    async open(url, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      const page = await context.newPage();
      const complaints = [];
      const origin = new URL(url).origin;
      page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) complaints.push(`console: ${message.text()}`);
      });
      page.on("dialog", (dialog) => { complaints.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
      page.on("request", (request) => {
        if (new URL(request.url()).origin !== origin) complaints.push(`request to another host: ${request.url()}`);
      });
      await page.goto(url);
      page.complaints = complaints;
      return page;
    },
    async close() {
      await browser.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** Keeps a picture as a build artefact and returns its path. */
export async function screenshot(page, name, options = {}) {
  mkdirSync(artifacts, { recursive: true });
  const path = join(artifacts, `${name}.png`);
  await page.screenshot({ path, ...options });
  return path;
}

/** Fails on every violation axe-core finds: best practices are held to as well as the rules of WCAG. */
export async function assertAccessible(page) {
  // Through the debugger, for the page's own policy lets no foreign script in.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document));
  const report = violations.map((violation) =>
    `${violation.id}: ${violation.help}\n${violation.nodes.map((node) => `    ${node.target.join(" ")}  ${node.failureSummary.replace(/\s+/g, " ")}`).join("\n")}`);
  assert.equal(report.join("\n"), "");
}

/** Fails when the page complained; closes it. */
export async function finish(page) {
  assert.deepEqual(page.complaints, []);
  await page.context().close();
}

/** Fails when something is wider than the window; what scrolls in a frame of its own may be. */
export async function assertFits(page) {
  const wide = await page.evaluate(() => [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5 && !element.closest("pre, .skip, .scroll"))
    .map((element) => `${element.tagName}.${element.className}`));
  assert.deepEqual(wide, []);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), true);
}
