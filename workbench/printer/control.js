"use strict";
const $ = (id) => document.getElementById(id);
const bytes = (n) => n < 10000 ? `${n} 字节` : `${(n / 1024).toFixed(1)} KB`;
let latest = null;      // the last state
let shownStrip = "";    // what the picture of the hanging strip was made from
let shownRevision = -1; // what the list of papers was made from

async function send(path, wish = {}) {
  const answer = await fetch(path, {
    method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(wish),
  });
  const body = await answer.json();
  if (answer.ok) await show(body); else $("reason").textContent = body.error;
}

function showFaults(state) {
  const set = new Map(state.faults.map((fault) => [fault.name, fault]));
  for (const kind of state.fault_kinds) {
    let button = $(`fault-${kind.name}`);
    if (!button) {
      const row = $("fault").content.cloneNode(true);
      button = row.querySelector("button");
      button.id = `fault-${kind.name}`;
      button.querySelector("b").textContent = kind.title;
      button.querySelector("span").textContent = kind.hint;
      button.addEventListener("click", () => toggle(kind.name));
      $(`${kind.side}-faults`).append(row);
    }
    const fault = set.get(kind.name);
    button.setAttribute("aria-checked", !fault ? "false" : fault.at_work ? "true" : "mixed");
    button.querySelector("em").textContent =
      fault && !fault.at_work ? `等着，设的是再过 ${fault.at} 字节` :
      fault && kind.once ? "等下一个连接" : "";
  }
}

function toggle(name) {
  if (latest.faults.some((fault) => fault.name === name)) return send("clear", {name});
  return send("fault", {name, at: Number($("at").value) || 0, bytes_per_s: Number($("rate").value) || 1});
}

function showCondition(state) {
  const why = state.faults.filter((fault) => fault.at_work)
    .map((fault) => state.fault_kinds.find((kind) => kind.name === fault.name).title);
  $("condition").className = "plane " + (state.online ? "" : "stopped");
  $("word").textContent = state.online ? "能打" : "停着";
  $("reason").textContent = why.join(" · ") || (state.expects_dots ? "一幅图收了一半，还在等" : "");
  $("where").textContent = `${state.where} · 纸宽 ${state.model.width} 点（${state.model.width / 8} 毫米）`;
  $("line").textContent = state.connected ? "连着" : "空着";
  $("buffered").textContent = bytes(state.buffered);
  $("printed").textContent = bytes(state.printed);
  $("sheets").textContent = `${state.sheets_cut} 张`;
  $("status").textContent = Object.values(state.status).join(" ");
  $("level").style.width = `${Math.min(100, 100 * state.buffered / state.model.receive_buffer)}%`;
  $("journal").replaceChildren(...state.journal.map((entry) => {
    const row = document.createElement("li"), at = document.createElement("time");
    at.textContent = entry.at;
    row.append(at, entry.what);
    return row;
  }));
}

function caption(figure, title, rest, warnings = []) {
  const bold = document.createElement("b");
  bold.textContent = title;
  const tags = warnings.map((words) => {
    const tag = document.createElement("span");
    tag.className = "tag";
    tag.textContent = words;
    return tag;
  });
  figure.querySelector("figcaption").replaceChildren(bold, rest, ...tags);
}

function fit(image) {
  const inMm = $("true-size").checked;
  image.closest(".sheet").style.width = inMm ? `${image.dataset.dots / 8}mm` : `${image.dataset.dots}px`;
  image.classList.toggle("in-mm", inMm);
}

function showStrip(state) {
  const strip = $("strip"), image = strip.querySelector("img"), made = `${state.strip_mm}/${state.revision}`;
  strip.hidden = state.strip_mm <= state.model.cutter_gap / 8;
  if (strip.hidden || made === shownStrip) return;
  shownStrip = made;
  image.dataset.dots = state.model.width;
  fit(image);
  image.src = `strip.png?${made}`;
  caption(strip, "还没切", `${Math.round(state.strip_mm)} 毫米`);
}

async function showPapers(state) {
  if (state.revision === shownRevision) return;
  const papers = await (await fetch("papers")).json();
  shownRevision = state.revision;
  const there = new Map([...$("papers").children].map((figure) => [figure.dataset.number, figure]));
  $("papers").replaceChildren(...papers.map((paper) => there.get(String(paper.number)) ?? newSheet(paper)));
  $("empty").hidden = papers.length > 0 || !$("strip").hidden;
}

function newSheet(paper) {
  const figure = $("sheet").content.cloneNode(true).querySelector("figure"), image = figure.querySelector("img");
  figure.dataset.number = paper.number;
  image.dataset.dots = paper.width;
  image.alt = `第 ${paper.number} 张`;
  image.src = paper.url;
  fit(image);
  const warnings = [];
  if (paper.unknown) {
    const first = paper.first_unknown[0];
    warnings.push(`不认得的指令 ${paper.unknown} 处，头一处在第 ${first.offset} 字节：${first.data}`);
  }
  if (paper.undrawn.length) warnings.push(`没有画：${[...new Set(paper.undrawn)].join("、")}`);
  caption(figure, `第 ${paper.number} 张`, `${Math.round(paper.mm)} 毫米 · ${paper.at}`, warnings);
  if (paper.text.length) {
    figure.querySelector("details").hidden = false;
    figure.querySelector("pre").textContent = paper.text.join("\n");
  }
  return figure;
}

async function show(state) {
  latest = state;
  showCondition(state);
  showFaults(state);
  showStrip(state);
  await showPapers(state);
}

async function watch() {
  try {
    await show(await (await fetch("state")).json());
  } catch {
    $("condition").className = "plane gone";
    $("word").textContent = "打印机没开";
    $("reason").textContent = "工作台停了，或者还没起来。";
  }
  setTimeout(watch, 1000);
}

$("clear").addEventListener("click", () => send("clear"));
$("take").addEventListener("click", () => send("take"));
$("power").addEventListener("click", () => send("power"));
$("true-size").addEventListener("change", () => document.querySelectorAll(".sheet img").forEach(fit));
watch();
