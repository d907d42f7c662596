/* Keys for people who use the pages all day. Everything they do can be done without this file, too.
   J K: next and previous row; Enter: open it; /: search; ?: all keys. Single keys act only outside of text fields.
   data-row: a row of a list; data-open: its link; data-act="A": what key A presses; data-act-ctrl: the same with Ctrl
   while the cursor is in the comment. data-fill="id": puts the words of a button into a field. */
(function () {
  "use strict";

  function inText(target) {
    return target && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
  }

  function rows() {
    return Array.prototype.slice.call(document.querySelectorAll("[data-row]"));
  }

  function select(step) {
    var all = rows();
    if (!all.length) return;
    var at = all.findIndex(function (row) { return row.classList.contains("sel"); });
    var next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step));
    all.forEach(function (row, place) { row.classList.toggle("sel", place === next); });
    var link = all[next].matches("[data-open]") ? all[next] : all[next].querySelector("[data-open]");
    if (link) link.focus();
    all[next].scrollIntoView({ block: "nearest" });
  }

  function open() {
    var link = document.querySelector(".sel[data-open], .sel [data-open]");
    if (link) link.click();
  }

  function press(key) {
    var found = document.querySelector('[data-act="' + key.toUpperCase() + '"]');
    if (!found || found.disabled) return false;
    found.click();
    return true;
  }

  var keys = document.getElementById("keys");
  var all = document.querySelector("[data-keys-open]");
  if (all && keys) {
    all.hidden = false;
    all.addEventListener("click", function () { keys.showModal(); });
  }

  document.addEventListener("keydown", function (event) {
    var letter = event.key.length === 1 ? event.key.toUpperCase() : event.key;
    if (event.isComposing || event.altKey || event.metaKey) return;
    if (event.ctrlKey) {
      var acted = document.querySelector('[data-act-ctrl="' + (letter === "Enter" ? "↵" : letter) + '"]');
      if (acted && inText(event.target)) {
        event.preventDefault();
        acted.click();
      }
      return;
    }
    if (inText(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (keys && keys.open) return;
    if (letter === "J" || letter === "K") {
      event.preventDefault();
      select(letter === "J" ? 1 : -1);
    } else if (letter === "Enter" && document.activeElement === document.body) {
      open();
    } else if (letter === "/") {
      var field = document.querySelector("[data-search]");
      if (field) {
        event.preventDefault();
        field.focus();
        field.select();
      }
    } else if (letter === "?" && keys) {
      event.preventDefault();
      keys.showModal();
    } else if (/^[A-Z0-9]$/.test(letter) && press(letter)) {
      event.preventDefault();
    }
  });

  document.querySelectorAll("[data-fill]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var field = document.getElementById(button.dataset.fill);
      if (!field) return;
      field.value = field.value ? field.value.replace(/\s*$/, "") + button.textContent : button.textContent;
      field.focus();
    });
  });

  /* A form goes out once; a second click while the first is on its way does nothing. */
  document.addEventListener("submit", function (event) {
    if (event.target.method === "dialog" || "again" in event.target.dataset) return;
    if (event.target.dataset.gone) event.preventDefault();
    else event.target.dataset.gone = "1";
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-gone]").forEach(function (form) { delete form.dataset.gone; });
  });
})();
