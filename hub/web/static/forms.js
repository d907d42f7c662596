/* Comfort for long forms; without it every field and button works the same.
   F8: the next field that something is said about. Alt and an arrow: this row one up or down. Ctrl S: keep the draft.
   A form that was written in asks before the page is left. */
(function () {
  "use strict";

  var form = document.querySelector("form[data-watch]");
  if (!form) return;
  var touched = false;

  form.addEventListener("input", function () { touched = true; });
  form.addEventListener("submit", function () { touched = false; });
  window.addEventListener("beforeunload", function (event) {
    if (touched) event.preventDefault();
  });

  function next() {
    var marked = Array.prototype.slice.call(form.querySelectorAll(".in.err, .in.wrn"));
    if (!marked.length) return;
    var at = marked.indexOf(document.activeElement);
    var field = marked[(at + 1) % marked.length];
    field.focus();
    field.scrollIntoView({ block: "center" });
  }

  function move(row, step) {
    var rows = Array.prototype.slice.call(row.parentElement.querySelectorAll("[data-line]:not(.spare)"));
    var at = rows.indexOf(row);
    var other = rows[at + step];
    if (at < 0 || !other) return;
    var mine = row.querySelector('[name$="._order"]');
    var theirs = other.querySelector('[name$="._order"]');
    var held = mine.value;
    mine.value = theirs.value;
    theirs.value = held;
    var focused = document.activeElement;
    if (step < 0) other.before(row);
    else other.after(row);
    focused.focus();
    touched = true;
  }

  document.addEventListener("keydown", function (event) {
    if (event.isComposing) return;
    if (event.key === "F8") {
      event.preventDefault();
      next();
    } else if (event.ctrlKey && !event.altKey && event.key.toLowerCase() === "s") {
      var save = document.querySelector('[data-act-ctrl="S"]');
      if (save && !event.defaultPrevented) {
        event.preventDefault();
        save.click();
      }
    } else if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      var row = event.target.closest && event.target.closest("[data-line]");
      if (row) {
        event.preventDefault();
        move(row, event.key === "ArrowUp" ? -1 : 1);
      }
    }
  });
})();
