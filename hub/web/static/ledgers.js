/* A trial on the way: asks how far it is, and shows the report when it is there. */
(function () {
  "use strict";
  var box = document.querySelector("[data-trial]");
  if (!box) return;
  function ask() {
    fetch(box.dataset.trial, { headers: { accept: "application/json" } }).then(function (answer) {
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
