"use strict";

// The farm's pages: times in words, a filter, fresh content every few seconds, and a log that grows.
(() => {
  const refreshEvery = 5000;
  const followEvery = 1000;
  const longestLog = { lines: 5000, line: 20000, characters: 400000 };

  document.documentElement.classList.add("scripted");

  const ago = (time) => {
    const seconds = (Date.now() - time) / 1000;
    const [value, unit] = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]].map(([size, name]) => [Math.abs(seconds) / size, name]).find(([count]) => count >= 1) ?? [0, "s"];
    const text = `${Math.floor(value)} ${unit}`;
    return seconds < 0 ? `in ${text}` : `${text} ago`;
  };

  const tellTimes = () => {
    for (const element of document.querySelectorAll("time")) {
      element.title = element.dateTime;
      element.textContent = ago(Date.parse(element.dateTime));
    }
  };

  const filter = () => {
    const words = document.getElementById("filter")?.value.toLowerCase() ?? "";
    for (const row of document.querySelectorAll("#table-recipes tbody tr")) {
      row.hidden = !row.textContent.toLowerCase().includes(words);
    }
  };

  const main = document.getElementById("main");
  const refresh = async () => {
    // Whoever is filling in a form is not disturbed.
    if (document.hidden || main.querySelector("details.act[open]")) return;
    try {
      const response = await fetch(location.href, { cache: "no-store" });
      if (!response.ok) return;
      const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("main");
      // Parts are replaced one by one, so that focus, scrolling and the filter's text stay.
      const old = [...main.children];
      const parts = [...fresh.children];
      for (const [index, part] of parts.entries()) {
        const before = old[index];
        if (!before) main.append(part);
        else if (part.className !== "filter" || before.className !== "filter") {
          if (before.dataset.fresh !== part.outerHTML) {
            part.dataset.fresh = part.outerHTML;
            const left = before.querySelector(".scroll")?.scrollLeft ?? 0;
            before.replaceWith(part);
            if (left && part.querySelector(".scroll")) part.querySelector(".scroll").scrollLeft = left;
          }
        }
      }
      for (const rest of old.slice(parts.length)) rest.remove();
      tellTimes();
      filter();
    } catch {
      // The manager restarts; the next time will do.
    }
  };

  // Colours and weights of a terminal; whatever else a sequence asks for is dropped.
  const sequence = /\u001b(?:\[([0-?]*)[ -/]*([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[^[\]])/g;
  const applied = (style, parameters) => {
    const codes = parameters.split(/[;:]/).map(Number);
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i];
      if (code === 0) style = {};
      else if (code === 1) style = { ...style, bold: true };
      else if (code === 3) style = { ...style, italic: true };
      else if (code === 4) style = { ...style, underline: true };
      else if (code === 22) style = { ...style, bold: false };
      else if (code === 23) style = { ...style, italic: false };
      else if (code === 24) style = { ...style, underline: false };
      else if (code >= 30 && code <= 37) style = { ...style, colour: code - 30 };
      else if (code >= 90 && code <= 97) style = { ...style, colour: code - 90 };
      else if (code === 39) style = { ...style, colour: undefined };
      else if (code === 38 || code === 48) {
        if (code === 38 && codes[i + 1] === 5) style = { ...style, colour: codes[i + 2] < 16 ? codes[i + 2] % 8 : undefined };
        i += codes[i + 1] === 5 ? 2 : 4;
      }
    }
    return style;
  };

  // Text only, whatever the build wrote; what could confuse a reader is spelled out.
  const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
  const plain = (text) => text.replace(hidden, (c) => `[U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}]`);

  class Log {
    constructor(element) {
      this.element = element;
      this.from = Number(element.dataset.from);
      this.number = Number(element.dataset.line);
      this.characters = 0;
      this.style = {};
      this.words = "";
      this.find = document.getElementById("find");
      this.found = document.getElementById("found");
      this.find.addEventListener("input", () => this.search());
      addEventListener("hashchange", () => this.mark());
    }

    line(text) {
      const line = document.createElement("div");
      line.className = "line";
      line.id = `L${this.number}`;
      const anchor = document.createElement("a");
      anchor.href = `#${line.id}`;
      anchor.dataset.number = this.number;
      anchor.ariaLabel = `Line ${this.number}`;
      line.append(anchor);
      this.number++;
      // A line that is written over shows what was written last.
      const parts = text.split("\r").filter((part) => part.length > 0);
      const last = parts.length > 0 ? parts[parts.length - 1] : "";
      let at = 0;
      const add = (end) => {
        if (end <= at) return;
        const { bold, italic, underline, colour } = this.style;
        const names = [bold && "bold", italic && "italic", underline && "underline", colour !== undefined && `colour-${colour}`].filter(Boolean);
        const piece = plain(last.slice(at, end));
        if (names.length === 0) line.append(piece);
        else {
          const span = document.createElement("span");
          span.className = names.join(" ");
          span.textContent = piece;
          line.append(span);
        }
      };
      for (const match of last.matchAll(sequence)) {
        add(match.index);
        at = match.index + match[0].length;
        if (match[2] === "m") this.style = applied(this.style, match[1]);
      }
      add(last.length);
      return line;
    }

    add(text) {
      const lines = text.split("\n");
      if (lines[lines.length - 1] === "") lines.pop();
      this.number += Math.max(0, lines.length - longestLog.lines);
      const fresh = lines.slice(-longestLog.lines).map((line) => this.line(line.slice(0, longestLog.line)));
      for (const line of fresh) {
        this.characters += line.textContent.length;
        line.hidden = !line.textContent.toLowerCase().includes(this.words);
      }
      this.element.append(...fresh);
      while (this.element.childElementCount > longestLog.lines || (this.characters > longestLog.characters && this.element.childElementCount > 1)) {
        this.characters -= this.element.firstElementChild.textContent.length;
        this.element.firstElementChild.remove();
      }
      this.tell();
    }

    search() {
      this.words = this.find.value.toLowerCase();
      for (const line of this.element.children) line.hidden = !line.textContent.toLowerCase().includes(this.words);
      this.tell();
    }

    tell() {
      const lines = [...this.element.children];
      this.found.textContent = this.words === "" ? "" : `${lines.filter((line) => !line.hidden).length} of ${lines.length} lines`;
    }

    mark() {
      this.element.querySelector(".marked")?.classList.remove("marked");
      const line = /^#L[0-9]+$/.test(location.hash) ? document.getElementById(location.hash.slice(1)) : null;
      line?.classList.add("marked");
      line?.scrollIntoView({ block: "center" });
      return line !== null;
    }

    async follow() {
      const decoder = new TextDecoder();
      const live = this.element.hasAttribute("data-live");
      for (let first = true; ;) {
        try {
          const response = await fetch(`${this.element.dataset.log}?from=${this.from}`, { cache: "no-store" });
          if (response.status === 404) return;
          if (response.ok) {
            const text = decoder.decode(await response.arrayBuffer());
            const atEnd = this.element.scrollTop + this.element.clientHeight >= this.element.scrollHeight - 40;
            this.from = Number(response.headers.get("X-Log-Next"));
            if (text) {
              if (first) this.element.replaceChildren();
              this.add(text);
              if (first ? !this.mark() : atEnd) this.element.scrollTop = this.element.scrollHeight;
              first = false;
              continue;
            }
            if (response.headers.get("X-Log-Ended") === "1") {
              if (live) location.reload();
              return;
            }
          }
        } catch {
          // As above.
        }
        await new Promise((resolve) => setTimeout(resolve, followEvery));
      }
    }
  }

  tellTimes();
  setInterval(tellTimes, 10000);
  main.addEventListener("input", filter);
  if (main.hasAttribute("data-refresh")) setInterval(refresh, refreshEvery);
  const log = document.getElementById("log");
  if (log) {
    log.scrollTop = log.scrollHeight;
    new Log(log).follow();
  }
})();
