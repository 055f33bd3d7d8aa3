"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const kept = {
    get: (name) => { try { return localStorage.getItem(name); } catch { return null; } },
    set: (name, value) => { try { localStorage.setItem(name, value); } catch { /* storage is blocked: the theme lasts for this page only */ } },
  };

  const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.querySelector(".theme").addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    kept.set("pca-events-theme", root.dataset.theme);
  });

  const copied = async (text) => {
    try { await navigator.clipboard.writeText(text); return true; } catch { /* no clipboard API: use a text area */ }
    const area = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  };
  all(".copy").forEach((button) => button.addEventListener("click", async () => {
    const done = await copied(button.closest("figure").querySelector("pre").textContent);
    button.textContent = done ? "Copied" : "Not copied";
    button.classList.toggle("done", done);
    setTimeout(() => { button.textContent = "Copy"; button.classList.remove("done"); }, 1600);
  }));

  all(".tabs").forEach((tabs, group) => {
    const panels = all(":scope > section", tabs);
    const list = Object.assign(document.createElement("div"), { className: "tablist" });
    list.setAttribute("role", "tablist");
    list.setAttribute("aria-label", tabs.dataset.label);
    const show = (chosen) => panels.forEach((panel, index) => {
      panel.hidden = index !== chosen;
      list.children[index].setAttribute("aria-selected", String(index === chosen));
      list.children[index].tabIndex = index === chosen ? 0 : -1;
    });
    panels.forEach((panel, index) => {
      const button = Object.assign(document.createElement("button"), { type: "button", id: `tab-${group}-${index}` });
      button.textContent = panel.querySelector("h3").textContent;
      button.setAttribute("role", "tab");
      button.setAttribute("aria-controls", panel.id = `panel-${group}-${index}`);
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", button.id);
      button.addEventListener("click", () => show(index));
      button.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const next = (index + step + panels.length) % panels.length;
        show(next);
        list.children[next].focus();
      });
      list.append(button);
    });
    tabs.prepend(list);
    tabs.classList.add("live");
    show(0);
  });

  const search = document.querySelector(".search");
  const input = search.querySelector("input");
  const results = search.querySelector("ol");
  const base = search.dataset.root;
  const index = () => window.searchIndex ? Promise.resolve(window.searchIndex) : new Promise((resolve) => {
    const script = Object.assign(document.createElement("script"), { src: `${base}search.js` });
    script.addEventListener("load", () => resolve(window.searchIndex));
    document.head.append(script);
  });
  const rank = (entry, words) => {
    const title = entry[1].toLowerCase();
    const shown = `${entry[0]} ${title} ${entry[2].toLowerCase()}`;
    if (!words.every((word) => shown.includes(word) || entry[4].includes(word))) return -1;
    const found = words.reduce((sum, word) => sum + (title.startsWith(word) ? 4 : title.includes(word) ? 3 : shown.includes(word) ? 2 : 0), 0);
    return found && ["event", "page"].includes(entry[0]) ? found + 3 : found;
  };
  const find = async () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) { results.replaceChildren(); return; }
    const found = (await index()).map((entry) => [rank(entry, words), entry]).filter(([score]) => score >= 0);
    found.sort(([one], [other]) => other - one);
    results.replaceChildren(...found.slice(0, 30).map(([, [kind, title, context, place]]) => {
      const link = Object.assign(document.createElement("a"), { href: base + place, textContent: title });
      const small = Object.assign(document.createElement("small"), { textContent: context ? `${kind} · ${context}` : kind });
      link.append(small);
      const item = document.createElement("li");
      item.append(link);
      return item;
    }));
    if (!found.length) results.append(Object.assign(document.createElement("li"), { className: "none", textContent: `No results for "${input.value.trim()}"` }));
  };
  input.addEventListener("focus", index, { once: true });
  input.addEventListener("input", find);
  search.addEventListener("keydown", (event) => {
    const links = all("a", results);
    const at = links.indexOf(document.activeElement);
    if (event.key === "Escape") { results.replaceChildren(); input.value = ""; input.focus(); }
    if (event.key === "Enter" && at < 0 && links.length) links[0].click();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      (links[at + (event.key === "ArrowDown" ? 1 : -1)] ?? input).focus();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|TEXTAREA)$/.test(event.target.tagName)) { event.preventDefault(); input.focus(); }
  });
  document.addEventListener("click", (event) => { if (!search.contains(event.target)) results.replaceChildren(); });
  addEventListener("beforeprint", () => all("details").forEach((details) => { details.open = true; }));

  const narrow = matchMedia("(max-width: 60rem)");
  const side = document.querySelector("nav.side details");
  if (side) side.open = !narrow.matches;
  const here = document.querySelector("nav.side [aria-current]");
  if (here && !narrow.matches) here.closest("nav").scrollTop = here.offsetTop - 200;
  const hints = () => all(".picture").forEach((picture) => {
    const scroll = picture.querySelector(".scroll");
    picture.querySelector(".hint").hidden = scroll.scrollWidth <= scroll.clientWidth;
  });
  addEventListener("resize", hints);
  hints();
  const open = () => { const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    all("details:not(.pattern)", target).forEach((details) => { details.open = true; });
    for (let around = target.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
    target.scrollIntoView(); };
  addEventListener("hashchange", open);
  open();
})();
