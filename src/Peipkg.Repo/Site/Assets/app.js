// The package browser's script: search as you type, and the page of a package.
// Whatever comes out of a package's metadata is put into the page as text, never as markup.

const root = new URL("../", import.meta.url);
const main = document.getElementById("main");
const $ = (selector, within = document) => within.querySelector(selector);

// What would not show, or would turn the direction of writing (as TerminalText and HtmlText have it).
const odd = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

function text(value) {
  const nodes = [];
  for (const part of String(value).split(new RegExp(`(${odd.source})`))) {
    if (odd.test(part)) {
      const code = part.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
      nodes.push(Object.assign(document.createElement("span"), { className: "odd", textContent: `[U+${code}]` }));
    } else if (part) {
      nodes.push(part);
    }
  }
  return nodes;
}

function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat()) {
    if (child instanceof Node) element.append(child);
    else if (child !== undefined && child !== null && child !== "") element.append(...text(child));
  }
  return element;
}

async function load(path) {
  const response = await fetch(new URL(path, root));
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`${path}: ${response.status} ${response.statusText}`);
  return response.json();
}

const count = new Intl.NumberFormat("en");
const plural = (number, noun) => `${count.format(number)} ${noun}${number === 1 ? "" : "s"}`;
const packageUrl = (name, version, architecture) => {
  const query = new URLSearchParams({ name });
  if (version) query.set("version", version);
  if (architecture) query.set("arch", architecture);
  return new URL(`package.html?${query}`, root).href;
};

function bytes(number) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (number >= 1023.95 && unit < units.length - 1) {
    number /= 1024;
    unit++;
  }
  return unit === 0 ? `${number} B` : `${number.toFixed(1)} ${units[unit]}`;
}

function httpUrl(value, base) {
  try {
    const url = new URL(value, base);
    return url.protocol === "https:" || url.protocol === "http:" ? url : null;
  } catch {
    return null;
  }
}

function limited(list, items, first, noun) {
  list.append(...items.slice(0, first));
  if (items.length <= first) return [list];
  const more = el("button", { type: "button", class: "more" }, `Show all ${plural(items.length, noun)}`);
  more.addEventListener("click", () => {
    list.append(...items.slice(first));
    more.remove();
    (items[first].querySelector("a") ?? list).focus();
  });
  return [list, more];
}

// ---- Search ---------------------------------------------------------------------------------------------------------

const shown = 50;
const form = $("#search");
const input = $("#q");
let packages;
let results = $("#results");

function prepare(rows) {
  return rows.map(([name, version, description, provides, built, size, architecture]) => ({
    name, version, description, provides, built, size, architecture,
    lower: name.toLowerCase(), about: description.toLowerCase(), offers: provides.join("\n").toLowerCase(),
  }));
}

function rank(item, terms) {
  let total = 0;
  for (const term of terms) {
    const at = item.lower.indexOf(term);
    const score = item.lower === term ? 0
      : at === 0 ? 1
      : at > 0 && !/[a-z0-9]/.test(item.lower[at - 1]) ? 2
      : at > 0 ? 3
      : item.offers.includes(term) ? 4
      : item.about.includes(term) ? 5
      : -1;
    if (score < 0) return -1;
    total += score;
  }
  return total;
}

function find(query) {
  const terms = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [];
  for (const item of packages) {
    const score = rank(item, terms);
    if (score >= 0) found.push({ item, score });
  }
  found.sort((a, b) => a.score - b.score || a.item.name.length - b.item.name.length);
  return { terms, found: found.map(({ item }) => item) };
}

// How many letters must be changed, added, dropped or swapped with their neighbour; one more than `most` where that is too many.
function distance(from, to, most) {
  if (Math.abs(from.length - to.length) > most) return most + 1;
  let before = [];
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i++) {
    const line = [i];
    for (let j = 1; j <= to.length; j++) {
      line[j] = Math.min(above[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1), above[j] + 1, line[j - 1] + 1);
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) line[j] = Math.min(line[j], before[j - 2] + 1);
    }
    [before, above] = [above, line];
  }
  return above[to.length];
}

// The packages whose names are the wanted one but for a typing error, or two in a long name.
function alike(name) {
  const wanted = name.toLowerCase();
  const most = wanted.length < 4 ? 0 : wanted.length < 8 ? 1 : 2;
  if (most === 0) return [];
  return packages
    .map((item) => ({ item, far: distance(wanted, item.lower, most) }))
    .filter(({ far }) => far <= most)
    .sort((a, b) => a.far - b.far)
    .map(({ item }) => item);
}

// What is split off a package is shown with it: "libgreet-dev" with "libgreet".
const part = /^(.+)-(dev|doc|debug|dbg|man|lang)$/;

function fold(items) {
  const there = new Map(items.map((item) => [item.name, { item, parts: [] }]));
  const rows = [];
  for (const found of there.values()) {
    const whole = there.get(part.exec(found.item.name)?.[1]);
    if (whole) whole.parts.push(found.item.name);
    else rows.push(found);
  }
  return rows;
}

async function fetchPackages() {
  packages ??= prepare(await load("site/packages.json") ?? []);
}

function marked(value, terms) {
  const lower = value.toLowerCase();
  const nodes = [];
  let plain = 0;
  for (let at = 0; at < value.length;) {
    const term = terms.filter((candidate) => lower.startsWith(candidate, at)).sort((a, b) => b.length - a.length)[0];
    if (term) {
      nodes.push(...text(value.slice(plain, at)), el("mark", null, value.slice(at, at + term.length)));
      at += term.length;
      plain = at;
    } else {
      at++;
    }
  }
  return [...nodes, ...text(value.slice(plain))];
}

function row({ item, parts }, terms) {
  const offered = item.provides.find((name) => terms.some((term) => name.toLowerCase().includes(term) && !item.lower.includes(term)));
  return el("li", null,
    el("a", { href: packageUrl(item.name) }, el("b", null, marked(item.name, terms)), " ", el("span", null, item.version)),
    el("p", null, el("bdi", null, marked(item.description, terms)), offered ? [" ", el("small", null, "provides ", el("bdi", null, marked(offered, terms)))] : [],
      sorting.by === "built" && item.built ? [" ", el("small", null, `built ${item.built}`)] : [],
      sorting.by === "size" ? [" ", el("small", null, bytes(item.size))] : []),
    parts.length ? el("p", { class: "parts" }, "with ", parts.map((name, i) => [i ? ", " : "", el("a", { href: packageUrl(name) }, name)]).flat()) : []);
}

// ---- Lists ----------------------------------------------------------------------------------------------------------

const orders = new Map([
  ["match", ["Best match", null]],
  ["name", ["Name", (a, b) => (a.name < b.name ? -1 : 1)]],
  ["built", ["Built last", (a, b) => (a.built < b.built ? 1 : a.built > b.built ? -1 : 0)]],
  ["size", ["Largest", (a, b) => b.size - a.size]],
]);
const sorting = { by: "match", architecture: "" };

function choice(label, options, value, change) {
  const select = el("select", null, options.map(([key, text]) => el("option", { value: key, selected: key === value }, text)));
  select.addEventListener("change", () => { change(select.value); search(); });
  return el("label", null, label, " ", select);
}

function controls() {
  const architectures = [...new Set(packages.map((item) => item.architecture))].sort();
  return el("p", { class: "controls" },
    choice("Sorted by", [...orders].map(([key, [text]]) => [key, text]), sorting.by, (value) => { sorting.by = value; }),
    architectures.length < 2 ? [] : choice("for", [["", "every architecture"], ...architectures.map((name) => [name, name])],
      sorting.architecture, (value) => { sorting.architecture = value; }));
}

function arrange(items) {
  const order = orders.get(sorting.by)?.[1];
  const kept = sorting.architecture ? items.filter((item) => item.architecture === sorting.architecture) : items;
  return order ? [...kept].sort(order) : kept;
}

// ---- Files ----------------------------------------------------------------------------------------------------------

const mostFiles = 200;
const shardCount = Number(input.dataset.files ?? 0);
let paths;

// Only what has as many letters as before: offsets in the one text are offsets in the other.
const lowered = (value) => value.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

// The paths of many packages as one long text, a line each, in which the machine searches faster than in a list.
function shardOf({ packages: list }) {
  const lines = [""];
  const starts = [];
  let length = 1;
  for (const [name, ...directories] of list) {
    starts.push([length, name]);
    for (const [directory, ...names] of directories) {
      for (const last of names) {
        lines.push(directory + last);
        length += directory.length + last.length + 1;
      }
    }
  }
  const whole = `${lines.join("\n")}\n`;
  return { whole, lower: lowered(whole), starts };
}

function ownerOf(starts, at) {
  let low = 0;
  for (let high = starts.length - 1; low < high;) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle][0] <= at) low = middle;
    else high = middle - 1;
  }
  return starts[low][1];
}

async function fetchFiles() {
  paths ??= (await Promise.all(Array.from({ length: shardCount }, (_, i) => load(`site/files/${i.toString(16).padStart(2, "0")}.json`))))
    .filter(Boolean).map(shardOf);
}

function findFiles(query) {
  const terms = lowered(query).split(/\s+/).filter(Boolean).map((term) => (term.startsWith("/") ? `\n${term.slice(1)}` : term));
  const first = terms.reduce((longest, term) => (term.length > longest.length ? term : longest), "");
  const found = new Map();
  const scan = (needle) => {
    for (const { whole, lower, starts } of paths) {
      for (let at = 0; found.size < mostFiles && (at = lower.indexOf(needle, at)) >= 0;) {
        const from = lower.lastIndexOf("\n", needle.startsWith("\n") ? at : Math.max(at - 1, 0)) + 1;
        const to = lower.indexOf("\n", from);
        const line = `\n${lower.slice(from, to)}`;
        if (terms.every((term) => line.includes(term))) found.set(`${ownerOf(starts, from)} ${from}`, { name: ownerOf(starts, from), path: whole.slice(from, to) });
        at = Math.max(to, at + 1);
      }
    }
  };
  if (first.length < 2) return [];
  if (terms.length === 1) scan(`${first.startsWith("\n") ? "" : "/"}${first}\n`);
  scan(first);
  return [...found.values()];
}

function fileRow({ name, path }, terms) {
  return el("li", null, el("a", { href: packageUrl(name) }, el("bdi", null, "/", marked(path, terms))), " ", el("span", null, "in ", name));
}

// What is asked for is fetched: by the button, or by a query that can only be a path.
async function showFiles(query) {
  $(".found-files", results)?.remove();
  if (shardCount === 0) return;
  const box = el("section", { class: "found-files", "aria-label": "Files" });
  results.append(box);
  if (!paths && !query.includes("/")) {
    const ask = el("button", { type: "button", class: "more" }, "Look for it in the names of files, too");
    ask.addEventListener("click", async () => {
      ask.textContent = "Fetching the names of all files\u2026";
      await fetchFiles().catch(() => {});
      search();
    });
    box.append(ask);
    return;
  }
  try {
    await fetchFiles();
  } catch (error) {
    box.append(el("p", null, `The names of files could not be fetched (${error.message}). Type again to retry.`));
    return;
  }
  if (input.value.trim() !== query || !box.isConnected) return;
  const began = performance.now();
  const found = findFiles(query);
  const terms = lowered(query).split(/\s+/).map((term) => term.replace(/^\//, "")).filter(Boolean);
  box.append(el("h2", { "aria-live": "polite" }, found.length === mostFiles ? `The first ${mostFiles} files` : plural(found.length, "file")),
    el("ul", { class: "list" }, found.slice(0, mostFiles).map((file) => fileRow(file, terms))));
  results.dataset.fileMilliseconds = (performance.now() - began).toFixed(1);
}

async function search() {
  const query = input.value.trim();
  const isListing = sorting.by !== "match" || sorting.architecture !== "";
  main.classList.toggle("searching", query !== "" || isListing);
  if (document.body.dataset.page === "front") {
    const asked = new URLSearchParams({ ...(query && { q: query }), ...(sorting.by !== "match" && { sort: sorting.by }) });
    history.replaceState(null, "", asked.size ? `?${asked}` : location.pathname);
  }
  if (!query && !isListing) {
    if (results) results.hidden = true;
    return;
  }
  if (!results) {
    results = el("section", { id: "results", class: "results", "aria-labelledby": "results-title" },
      el("h1", { id: "results-title", "aria-live": "polite" }), el("ul", { class: "list" }));
    main.append(results);
  }
  results.hidden = false;
  const title = $("h1", results);
  try {
    await fetchPackages();
  } catch (error) {
    title.replaceChildren(...text(`The list of packages could not be fetched (${error.message}). Type again to retry.`));
    return;
  }
  if (input.value.trim() !== query) return;
  const began = performance.now();
  let { terms, found } = find(query);
  found = arrange(found);
  let heading = plural(found.length, "package");
  if (found.length === 0) {
    found = alike(query);
    heading = `${shardCount > 0 && query.includes("/") ? "No package" : "Nothing"} matches \u201c${query}\u201d${found.length === 0 ? "." : ", but these names are like it:"}`;
  }
  title.replaceChildren(...text(heading));
  for (const old of results.querySelectorAll(":scope > .more, :scope > .controls, :scope > .found-files")) old.remove();
  const list = $("ul", results);
  if (found.length > 1) list.before(controls());
  const rows = fold(found);
  list.replaceChildren(...rows.slice(0, shown).map((item) => row(item, terms)));
  if (rows.length > shown) {
    const more = el("button", { type: "button", class: "more" }, `Show all ${plural(found.length, "package")}`);
    more.addEventListener("click", () => {
      more.remove();
      list.append(...rows.slice(shown).map((item) => row(item, terms)));
      $(`li:nth-child(${shown + 1}) a`, list).focus();
    });
    results.append(more);
  }
  results.dataset.milliseconds = (performance.now() - began).toFixed(1);
  if (query) await showFiles(query);
}

function move(step) {
  const links = [...document.querySelectorAll(main.classList.contains("searching") ? "#results .list a" : "#main .list:not(#results .list) a")];
  const at = links.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : -1) : at + step;
  if (next < 0) {
    if (at >= 0) input.focus();
  } else {
    links[Math.min(next, links.length - 1)]?.focus();
  }
}

function listen() {
  form.hidden = false;
  input.addEventListener("input", search);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const first = $("#results .list a");
    if (main.classList.contains("searching") && first) location.href = first.href;
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const typing = event.target instanceof HTMLInputElement;
    if (event.key === "/" && !typing) {
      input.focus();
      input.select();
    } else if (event.key === "Escape" && (typing || main.classList.contains("searching"))) {
      input.value = "";
      Object.assign(sorting, { by: "match", architecture: "" });
      search();
      input.blur();
    } else if (event.key === "ArrowDown" && (typing || document.activeElement?.closest(".list"))) {
      move(1);
    } else if (event.key === "ArrowUp" && document.activeElement?.closest(".list")) {
      move(-1);
    } else {
      return;
    }
    event.preventDefault();
  });
  if (document.body.dataset.page === "front") {
    const asked = new URLSearchParams(location.search);
    input.value = asked.get("q") ?? "";
    if (orders.has(asked.get("sort"))) sorting.by = asked.get("sort");
    const all = $("#all");
    if (all) {
      all.after(el("p", { class: "controls" }, "Sorted by ", ["built", "size"].map((by, i) => {
        const button = el("button", { type: "button" }, orders.get(by)[0]);
        button.addEventListener("click", () => { sorting.by = by; search(); });
        return [i ? " " : "", button];
      }).flat()));
    }
    if (input.value || sorting.by !== "match") search();
  }
}

// ---- The lines to type ----------------------------------------------------------------------------------------------

const base = root.href.replace(/\/$/, "");
const insecure = root.protocol === "http:" ? " \\\n  --insecure" : "";

function copyable(pre) {
  pre.tabIndex = 0;
  if (!navigator.clipboard) return [pre];
  const lines = pre.textContent;
  const button = el("button", { type: "button", class: "copy" }, "Copy");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(lines.replace(/^#.*\n/gm, "").trim() + "\n");
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  return [button, pre];
}

// ---- A package ------------------------------------------------------------------------------------------------------

const article = el("article");

function namesFile(name) {
  let hash = 2166136261;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 16777619) >>> 0;
  return `site/names/${(hash & 255).toString(16).padStart(2, "0")}.json`;
}

const shards = new Map();

async function factsOf(name) {
  const file = namesFile(name);
  if (!shards.has(file)) shards.set(file, load(file));
  const facts = await shards.get(file);
  return facts && Object.hasOwn(facts, name) ? facts[name] : {};
}

function section(id, heading, number, ...content) {
  return el("section", { "aria-labelledby": id },
    el("h2", { id }, heading, number === undefined ? [] : el("small", null, count.format(number))), ...content);
}

// A provider says which of its files fills a slot, a dependent at which path it wants the slot.
function claimed(claims) {
  return Object.entries(claims ?? {}).map(([slot, { path, target }]) =>
    target ? `offers ${target} as ${slot}${path ? ` at ${path}` : ""}` : `uses its ${slot} at ${path}`);
}

const effects = new Map([
  ["ldconfig", "refreshes the cache of shared libraries"],
  ["depmod", "rebuilds the index of kernel modules"],
  ["man-db", "rebuilds the index of manual pages"],
]);

const verdicts = new Map([
  ["identical", "Same bytes rebuilt by"],
  ["different", "Other bytes rebuilt by"],
  ["unbuildable", "Rebuild failed for"],
]);

const classes = new Map([["free", "free"], ["firmware", "redistributable firmware"], ["proprietary", "proprietary"]]);

const linkTo = (name) => el("a", { href: packageUrl(name) }, el("bdi", null, name));

// A link that turns into plain text where nothing here answers to the name.
function linkIfThere(name) {
  const link = linkTo(name);
  factsOf(name).then((facts) => {
    if (!facts.versions && !facts.provided_by) link.replaceWith(el("span", { class: "absent" }, el("bdi", null, name), el("span", { class: "quiet" }, " (not in this repository)")));
  }, () => {});
  return link;
}

function relations(id, heading, items, refer = linkTo) {
  if (!items || items.length === 0) return [];
  const entries = items.map((item) => {
    const { name, constraint, version, via, root: into, claims } = typeof item === "string" ? { name: item } : item;
    const details = [
      constraint ?? (version && `= ${version}`) ?? (via && `via ${via}`),
      typeof into === "string" && `in root ${into}`,
      ...claimed(claims),
    ].filter(Boolean);
    return el("li", null, refer(name), details.map((detail) => [" ", el("small", null, detail)]).flat());
  });
  return [section(id, heading, items.length, limited(el("ul", { class: "relations", "aria-labelledby": id }), entries, 40, "package"))];
}

function about(entry, details) {
  const facts = [];
  const add = (term, ...value) => facts.push(el("div", null, el("dt", null, term), el("dd", null, ...value)));
  const external = { rel: "noopener noreferrer nofollow external" };
  if (entry.homepage) {
    const url = httpUrl(entry.homepage);
    add("Homepage", url ? el("a", { href: url.href, ...external }, el("bdi", null, entry.homepage)) : el("bdi", null, entry.homepage));
  }
  if (entry.license) add("Licence", el("bdi", null, entry.license));
  if (classes.has(entry.license_class)) add("Kind of licence", classes.get(entry.license_class));
  add("Architecture", entry.architecture);
  if (entry.default_root) add("Installs into", el("bdi", null, `the root ${entry.default_root}, unless you name another`));
  add("Installed size", bytes(entry.size_installed));
  const file = httpUrl(entry.url, entry.url.startsWith("/") ? base : new URL("index/", root));
  const target = entry.url.startsWith("/") && !entry.url.startsWith("//") ? httpUrl(base + entry.url) : file;
  add("Download", target ? el("a", { href: target.href, ...external }, bytes(entry.size_compressed)) : bytes(entry.size_compressed));
  if (entry.side_effects?.length) add("After installing", entry.side_effects.map((effect) => effects.get(effect) ?? effect).join(", "));
  if (entry.build) {
    add("Built", el("time", { datetime: entry.build.timestamp }, entry.build.timestamp.replace("T", " ").replace("Z", " UTC")));
    add("Built by", el("bdi", null, entry.build.farm_id));
  }
  if (details.source_ref) {
    const [address] = details.source_ref.replace(/^git\+/, "").split("#");
    const url = httpUrl(address);
    const shownRef = el("bdi", null, details.source_ref);
    add("Source", url && /^(git\+)?https?:/.test(details.source_ref) ? el("a", { href: url.href, ...external }, shownRef) : shownRef);
  }
  if (details.source_package && details.source_package !== entry.name) add("Source package", el("bdi", null, details.source_package));
  if (details.recipe_ref) add("Recipe", el("bdi", null, details.recipe_ref));
  if (details.builder) add("Builder", el("bdi", null, details.builder));
  if (details.files) {
    add("Signed by", details.signer ? el("code", { class: "fingerprint" }, details.signer.replace(/(.{4})(?=.)/g, "$1 ")) : "nobody: the package is unsigned");
  }
  add("SHA-256", el("code", null, entry.hash.value));
  const beside = [[".attestation.json", "How it was built"], [".sbom.json", "What is in it"], [".rebuilds.jsonl", "Who has built it again"]]
    .filter(([suffix]) => target && details.siblings?.includes(suffix))
    .map(([suffix, words]) => el("a", { href: target.href + suffix, ...external }, words));
  // Anybody can sign a verdict: what counts is whose key it is, and that is for the reader to know.
  for (const [key, verdict] of details.rebuilds ?? []) {
    add(verdicts.get(verdict) ?? "Rebuilt", el("code", { class: "fingerprint" }, key.replace(/(.{4})(?=.)/g, "$1 ")));
  }
  if (beside.length) add("Attested", ...beside.flatMap((link, i) => (i ? [", ", link] : [link])));
  return el("aside", { class: "about", "aria-label": "About this package" }, el("dl", null, facts));
}

// What is offered; of a name that is not offered at all, the highest version.
function newestOf(list) {
  return list.find(([, , , , , withdrawn]) => !withdrawn) ?? list[0];
}

function versions(name, list, current) {
  if (list.length === 0) return [];
  const newest = newestOf(list);
  const rows = list.map((item) => {
    const [version, architecture, size, built, preRelease, withdrawn] = item;
    const isCurrent = version === current.version && architecture === current.architecture;
    return el("tr", isCurrent ? { "aria-current": "true" } : null,
      el("td", null, isCurrent ? version : el("a", { href: item === newest ? packageUrl(name) : packageUrl(name, version, architecture) }, version),
        preRelease ? [" ", el("span", { class: "chip" }, "pre-release")] : [],
        withdrawn ? [" ", el("span", { class: "chip" }, "withdrawn")] : []),
      el("td", null, architecture), el("td", null, built.slice(0, 10)), el("td", null, bytes(size)));
  });
  const body = el("tbody");
  const [, more] = limited(body, rows, 10, "version");
  return [section("versions", "Versions", list.length,
    el("table", { "aria-labelledby": "versions" },
      el("thead", null, el("tr", null, ["Version", "Arch", "Built", "Download"].map((heading) => el("th", { scope: "col" }, heading)))),
      body),
    more ?? [])];
}

function files(list) {
  if (!list) return [section("files", "Files", undefined, el("p", null, "The list of files was not recorded."))];
  if (list.length === 0) return [section("files", "Files", undefined, el("p", null, "It installs no files."))];
  const box = el("div", { class: "files" });
  const fill = () => {
    const groups = new Map();
    for (const item of list) {
      const cut = item.path.lastIndexOf("/", item.path.length - 2) + 1;
      const directory = item.path.slice(0, cut);
      if (!groups.has(directory)) groups.set(directory, []);
      groups.get(directory).push(el("li", null,
        el("bdi", null, item.path.slice(cut)),
        item.target !== undefined ? el("small", null, "\u2192 ", el("bdi", null, item.target))
          : item.size !== undefined ? el("small", null, bytes(item.size)) : []));
    }
    for (const [directory, items] of groups) {
      box.append(el("h3", null, el("bdi", null, `/${directory}`)), el("ul", null, items));
    }
  };
  const open = list.length <= 60;
  const fold = el("details", { open }, el("summary", null, plural(list.length, "entry").replace("entrys", "entries")), box);
  if (open) fill();
  else fold.addEventListener("toggle", fill, { once: true });
  return [section("files", "Files", undefined, fold)];
}

function install(entry, newest) {
  const repository = main.dataset.repository;
  const older = newest && newest !== entry.version;
  const lines = [
    el("span", { class: "note" }, "# once, to add the repository"),
    `peipkg repo add ${repository} ${base} \\`,
    `  --anchor ${main.dataset.anchor}${insecure && " \\"}`,
    ...(insecure ? ["  --insecure"] : []),
    "peipkg refresh",
    el("span", { class: "note" }, "# the package"),
    `peipkg install ${entry.name}`,
  ];
  if (older) lines.push(`peipkg downgrade ${entry.name} ${entry.version}`);
  const code = el("code", null, lines.map((line) => [el("span", null, line), document.createTextNode("\n")]).flat());
  return section("install", "Install", undefined, ...copyable(el("pre", { class: "commands", "aria-labelledby": "install" }, code)));
}

function message(heading, ...content) {
  article.replaceChildren(el("h1", null, heading), ...content.map((part) => el("p", { class: "lead" }, part)));
}

async function dependents(facts, provides) {
  const direct = facts.needed_by ?? [];
  const known = new Set(direct);
  const indirect = [];
  // A package that answers to very many names is shown with the first of them.
  for (const { name } of (provides ?? []).slice(0, 20)) {
    for (const dependent of (await factsOf(name)).needed_by ?? []) {
      if (!known.has(dependent)) {
        known.add(dependent);
        indirect.push({ name: dependent, via: name });
      }
    }
  }
  return [...direct, ...indirect];
}

async function showPackage() {
  main.append(article);
  const query = new URLSearchParams(location.search);
  const name = query.get("name") ?? "";
  const repository = document.title;
  document.title = `${name} \u2013 ${repository}`;
  const facts = await factsOf(name);
  const list = facts.versions ?? [];
  if (list.length === 0) {
    if (!facts.provided_by) {
      await fetchPackages();
      message(el("bdi", null, name || "Which package?"), facts.needed_by ? "This repository has no such package, though others need it." : "This repository has no such package.");
      article.append(...relations("needed", "Needed by", facts.needed_by), ...relations("alike", "Names like it", alike(name)));
      return;
    }
    message(el("bdi", null, name), "A name that other packages provide.");
    article.append(el("div", { class: "columns" }, el("div", null,
      relations("provided", "Provided by", facts.provided_by), relations("needed", "Needed by", facts.needed_by),
      relations("suggested", "Suggested by", facts.suggested_by))));
    return;
  }
  const wanted = query.get("version");
  const architecture = query.get("arch");
  const chosen = wanted ? list.find(([v, a]) => v === wanted && (!architecture || a === architecture)) : newestOf(list);
  if (!chosen) {
    message(el("bdi", null, name), [`This repository has no version ${wanted} of it. `, el("a", { href: packageUrl(name) }, "The newest one"), "."]);
    return;
  }
  const [version, arch, , , preRelease] = chosen;
  const newest = newestOf(list)[0];
  const details = await load(`p/${encodeURIComponent(name)}/${encodeURIComponent(version)}/${encodeURIComponent(`${name}_${version}_${arch}.json`)}`);
  if (!details) {
    message(el("bdi", null, name), `Nothing more is known of version ${version} here.`);
    article.append(...versions(name, list, { version, architecture: arch }));
    return;
  }
  const entry = details.package;
  const notices = [];
  if (entry.peipkg_withdrawn) {
    const { reason, advisory, at } = entry.peipkg_withdrawn;
    notices.push(el("p", { class: "notice" }, `Withdrawn on ${at.slice(0, 10)}: `, el("bdi", null, reason), advisory ? [" (", el("bdi", null, advisory), ")"] : [],
      ". It is no longer offered, and stays here for whoever has it installed."));
  }
  if (version !== newest) {
    notices.push(el("p", { class: "notice" }, `This is ${entry.peipkg_withdrawn ? "another" : "an older"} version. `, el("a", { href: packageUrl(name) }, "The newest is ", el("bdi", null, newest)), "."));
  }
  if (details.files && !details.signer) {
    notices.push(el("p", { class: "notice" }, "This package is not signed; package managers that require signatures refuse it."));
  }
  if (details.special_system_package) {
    notices.push(el("p", { class: "notice" }, "This package asks to install files outside the usual places; package managers refuse it unless they are told otherwise."));
  }
  if (entry.alternate_upgrade) {
    notices.push(el("p", { class: "notice" }, "It is not upgraded like other packages: ", el("bdi", null, entry.alternate_upgrade.message)));
  }
  article.replaceChildren(
    el("h1", null, el("bdi", null, name), " ", el("span", { class: "version" }, version), preRelease ? el("span", { class: "chip" }, "pre-release") : []),
    entry.description ? el("p", { class: "lead" }, el("bdi", null, entry.description)) : "",
    ...notices,
    el("div", { class: "columns" },
      el("div", null,
        install(entry, newest),
        relations("depends", "Depends on", entry.dependencies, linkIfThere),
        relations("suggests", "Works better with", entry.optional_dependencies, linkIfThere),
        relations("conflicts", "Conflicts with", entry.conflicts),
        relations("provides", "Provides", entry.provides),
        relations("replaces", "Replaces", entry.replaces),
        relations("built-with", "Built together with", version === newest ? facts.built_with?.filter((other) => other !== name) : []),
        el("div", { id: "reverse" }),
        versions(name, list, { version, architecture: arch })),
      about(entry, details),
      el("div", { class: "below" }, files(details.files))));
  $("#reverse").replaceWith(
    ...relations("needed", "Needed by", await dependents(facts, entry.provides)),
    ...relations("suggested", "Improves", facts.suggested_by));
  main.dataset.ready = "true";
}

listen();
for (const place of document.querySelectorAll("[data-base]")) place.textContent = base;
for (const place of document.querySelectorAll("[data-insecure]")) place.textContent = insecure;
for (const pre of document.querySelectorAll("pre[data-copy]")) pre.replaceWith(...copyable(pre));
if (document.body.dataset.page === "package") {
  showPackage().catch((error) => message("This page could not be put together", `${error.message}. Try to load it again.`));
}
