/* Comfort for lists and ledgers; without it every field and button works the same. */

/* Long work on the way: asks how far it is, and shows what came of it when it is there. */
(function () {
  "use strict";
  var box = document.querySelector("[data-running]");
  if (!box) return;
  function ask() {
    fetch(box.dataset.running, { headers: { accept: "application/json" } }).then(function (answer) {
      if (!answer.ok) { location.reload(); return null; }
      return answer.json();
    }).then(function (told) {
      if (!told) return;
      if (!told.running) { location.reload(); return; }
      box.querySelector("progress").value = told.percent;
      box.querySelector("[data-done]").textContent = told.done;
      setTimeout(ask, 700);
    }).catch(function () { setTimeout(ask, 3000); });
  }
  setTimeout(ask, 500);
})();

/* Another city's list: keys for the row that is chosen (data-key), whose fields are the ones that are shown. An answer
   that needs a reason (data-why) asks for it first; ↵ in the reason gives that answer. */
(function () {
  "use strict";
  var table = document.querySelector("table.gap");
  var asked = null;

  function inText(target) {
    return target && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
  }

  function choose(row) {
    if (!row || row.classList.contains("sel")) return;
    table.querySelectorAll("[data-row]").forEach(function (one) { one.classList.toggle("sel", one === row); });
  }

  if (table) {
    table.classList.add("one-open");
    ["focusin", "click"].forEach(function (name) {
      table.addEventListener(name, function (event) { choose(event.target.closest("[data-row]")); });
    });
    if (!table.querySelector(".sel")) choose(table.querySelector("[data-row]"));
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-why]");
    var why = button && button.form.elements.reason;
    if (!why || why.value.trim()) return;
    event.preventDefault();
    asked = button;
    why.classList.add("err");
    why.focus();
  });

  document.addEventListener("keydown", function (event) {
    if (event.isComposing || event.altKey || event.metaKey || event.ctrlKey) return;
    if (event.key === "Enter" && asked && event.target === asked.form.elements.reason) {
      event.preventDefault();
      asked.click();
      return;
    }
    var key = event.key.toUpperCase();
    if (inText(event.target) || !/^[1-9C]$/.test(key) || document.querySelector("dialog[open]")) return;
    var found = document.querySelector('.sel [data-key="' + key + '"]');
    if (!found) return;
    event.preventDefault();
    found.click();
  });
})();
