"use strict";
const $ = (id) => document.getElementById(id);
const WHERE = {contactless: "感应区", contact: "插卡口"};
let latest = null; // the last state
let shownCommand = -1;

async function send(path, wish = {}) {
  const answer = await fetch(path, {
    method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(wish),
  });
  const body = await answer.json();
  if (answer.ok) show(body); else $("reason").textContent = body.error;
}

function made(template, parent, id) {
  let there = $(id);
  if (!there) {
    there = $(template).content.cloneNode(true).firstElementChild;
    there.id = id;
    $(parent).append(there);
  }
  return there;
}

function button(words, act) {
  const one = document.createElement("button");
  one.type = "button";
  one.textContent = words;
  one.addEventListener("click", act);
  return one;
}

function showReaders(state) {
  const titles = new Map(state.cards.map((card) => [card.name, card.title]));
  for (const reader of state.readers) {
    const box = made("reader", "readers", `reader-${reader.interface}`);
    box.className = "reader" + (reader.present ? " present" : "");
    box.querySelector("h3").textContent = `${WHERE[reader.interface]} · ${reader.name}`;
    box.querySelector("b").textContent = reader.card ? titles.get(reader.card) : "空着";
    box.querySelector("span").textContent =
      !state.pcscd ? "没有 pcscd" : reader.powered ? "看见了，通着电" : reader.present ? "看见了" : "没有卡";
    box.querySelector("code").textContent = reader.atr;
  }
}

function showCards(state) {
  const laid = new Set(state.readers.map((reader) => reader.card));
  for (const card of state.cards) {
    const fresh = !$(`card-${card.name}`), box = made("card", "cards", `card-${card.name}`);
    box.className = laid.has(card.name) ? "laid" : "";
    if (!fresh) continue;
    box.querySelector("b").textContent = card.title;
    box.querySelector("span").textContent = card.note;
    box.querySelector("code").textContent = card.name;
    box.querySelector("p").append(...card.interfaces.map((reader) =>
      button(reader === "contact" ? "插进去" : "放上", () => send("insert", {card: card.name, reader}))));
  }
}

function showFaults(state) {
  const set = new Map(state.faults.map((fault) => [fault.name, fault]));
  for (const kind of state.fault_kinds) {
    const fresh = !$(`fault-${kind.name}`), row = made("fault", "faults", `fault-${kind.name}`);
    const toggle = row.querySelector("button"), argument = row.querySelector("input"), fault = set.get(kind.name);
    if (fresh) {
      row.querySelector("b").textContent = kind.title;
      row.querySelector("span").textContent = kind.hint;
      argument.value = kind.usual;
      argument.setAttribute("aria-label", kind.title);
      if (!kind.usual) {
        argument.remove();
        row.className = "bare";
      }
      toggle.addEventListener("click", () => latest.faults.some((each) => each.name === kind.name)
        ? send("clear", {name: kind.name})
        : send("fault", {name: kind.name, argument: argument.value, at: Number($("at").value) || 1}));
    }
    toggle.setAttribute("aria-checked", !fault ? "false" : fault.at_work ? "true" : "mixed");
    row.querySelector("em").textContent =
      !fault ? "" : fault.at_work ? (kind.once ? "下一条命令时" : "") : `等着，设的是第 ${fault.at} 条命令`;
  }
}

function showLog(state) {
  const newest = state.latest.length ? state.latest[0].n : 0;
  if (newest === shownCommand) return;
  shownCommand = newest;
  $("empty").hidden = newest > 0;
  $("log").replaceChildren(...state.latest.map((entry) => {
    const row = document.createElement("tr");
    const cells = [entry.n, entry.clock, entry.card, entry.command, entry.response ?? "没有答", entry.ms.toFixed(1)];
    row.append(...cells.map((text, column) => {
      const cell = document.createElement("td");
      cell.textContent = text;
      if (column === 4 && !String(text).endsWith("9000")) cell.className = "odd";
      return cell;
    }));
    return row;
  }));
}

function show(state) {
  latest = state;
  const cards = state.readers.filter((reader) => reader.card);
  $("condition").className = "plane " + (state.pcscd ? "" : "stopped");
  $("word").textContent = !state.pcscd ? "pcscd 停着" : cards.length ? "卡在上面" : "等着卡";
  $("reason").textContent = state.pcscd ? "" : "读卡的程序现在找不到读卡器。";
  $("where").textContent = `PCSCLITE_CSOCK_NAME=${state.socket}`;
  $("remove").disabled = cards.length === 0;
  $("start").disabled = state.pcscd;
  $("stop").disabled = $("kill").disabled = !state.pcscd;
  showReaders(state);
  showCards(state);
  showFaults(state);
  showLog(state);
}

async function watch() {
  try {
    show(await (await fetch("state")).json());
  } catch {
    $("condition").className = "plane gone";
    $("word").textContent = "读卡器没开";
    $("reason").textContent = "工作台停了，或者还没起来。";
  }
  setTimeout(watch, 1000);
}

$("remove").addEventListener("click", () => send("remove"));
$("clear").addEventListener("click", () => send("clear"));
for (const what of ["start", "stop", "kill"]) $(what).addEventListener("click", () => send("pcscd", {do: what}));
watch();
