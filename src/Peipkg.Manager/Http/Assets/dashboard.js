"use strict";

// The farm's pages: times in words, a filter, fresh content every few seconds, and a log that grows.
(() => {
  const refreshEvery = 5000;
  const followEvery = 1000;
  const longestLog = 400000;

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
    if (document.hidden) return;
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

  const follow = async (log) => {
    let from = Number(log.dataset.from);
    const decoder = new TextDecoder();
    for (;;) {
      try {
        const response = await fetch(`${log.dataset.log}?from=${from}`, { cache: "no-store" });
        if (response.status === 404) return;
        if (response.ok) {
          const text = decoder.decode(await response.arrayBuffer());
          const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 40;
          from = Number(response.headers.get("X-Log-Next"));
          if (text) {
            // Text only, whatever the build wrote; what could confuse a reader is spelled out.
            const safe = text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
            const whole = log.textContent + safe;
            log.textContent = whole.length > longestLog ? `…\n${whole.slice(whole.length - longestLog)}` : whole;
            if (atEnd) log.scrollTop = log.scrollHeight;
            continue;
          }
          if (response.headers.get("X-Log-Ended") === "1") {
            location.reload();
            return;
          }
        }
      } catch {
        // As above.
      }
      await new Promise((resolve) => setTimeout(resolve, followEvery));
    }
  };

  tellTimes();
  setInterval(tellTimes, 10000);
  main.addEventListener("input", filter);
  if (main.hasAttribute("data-refresh")) setInterval(refresh, refreshEvery);
  const log = document.getElementById("log");
  if (log) {
    log.scrollTop = log.scrollHeight;
    if (log.hasAttribute("data-live")) follow(log);
  }
})();
