/* Comfort for long forms; without it every field and button works the same.
   F8: the next field that something is said about. Alt and an arrow: this row one up or down. Ctrl S: keep the draft.
   What is written is looked at 600 ms after the last key (the lint, the slip) and, in one's own draft, kept every
   20 s. Without a connection it stays in this tab, and the page says so. A form that was written in asks before it is
   left. */
(function () {
  "use strict";

  var QUIET = 600;
  var EVERY = 20000;
  var form = document.querySelector("form[data-watch]");
  if (!form) return;
  var touched = false;
  var count = 0;

  function each(css, within, work) {
    Array.prototype.forEach.call(within.querySelectorAll(css), work);
  }

  function byId(id) {
    return document.getElementById(id);
  }

  function write() {
    touched = true;
    count += 1;
    soon();
  }

  form.addEventListener("input", write);
  form.addEventListener("submit", function () {
    touched = false;
    forget();
  });
  window.addEventListener("beforeunload", function (event) {
    if (touched) event.preventDefault();
  });

  // Looking at it while it is written

  var timer = 0;
  var asking = null;

  function soon() {
    if (!form.dataset.preview) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(look, QUIET);
  }

  function look(what) {
    if (asking) asking.abort();
    var mine = new AbortController();
    asking = mine;
    var sent = new FormData(form);
    sent.append("_do", typeof what === "string" ? what : "check");
    fetch(form.dataset.preview, { method: "POST", body: new URLSearchParams(sent), signal: mine.signal, redirect: "error" })
      .then(function (answer) {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.text();
      })
      .then(function (text) {
        if (asking !== mine) return;
        asking = null;
        show(new DOMParser().parseFromString(text, "text/html"));
        connected(true);
      })
      .catch(function (error) {
        if (error.name === "AbortError") return;
        if (error instanceof TypeError) connected(false);
      });
  }

  function replace(old, now) {
    if (old.contains(document.activeElement) || old.outerHTML === now.outerHTML) return;
    old.replaceWith(document.importNode(now, true));
  }

  function show(page) {
    var paper = document.querySelector(".paper");
    var height = paper ? paper.scrollTop : 0;
    ["state-sections", "verdict", "send-words", "loose", "explained"].forEach(function (id) {
      var old = byId(id);
      var now = page.getElementById(id);
      if (old && now) replace(old, now);
    });
    var days = byId("months");
    var sheets = page.getElementById("months");
    if (days && sheets && firstDay(days) !== firstDay(sheets)) replace(days, sheets);
    slip(page.getElementById("slip"));
    var kept = {};
    each("[data-field]", page, function (told) {
      var path = told.dataset.field;
      kept[path] = true;
      var now = page.getElementById("about-" + path);
      var old = byId("about-" + path);
      if (old && now) replace(old, now);
      var input = byId("f-" + path);
      if (!input) return;
      input.classList.toggle("err", told.dataset.stops === "1");
      input.classList.toggle("wrn", told.dataset.stops !== "1" && told.dataset.warns === "1");
      if (told.dataset.stops === "1") input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      if (now) input.setAttribute("aria-describedby", "about-" + path);
    });
    each('[id^="about-"]', form, function (old) {
      if (kept[old.id.slice(6)] || old.contains(document.activeElement)) return;
      if (old.querySelector(".lint")) old.textContent = "";
    });
    paper = document.querySelector(".paper");
    if (paper) paper.scrollTop = height;
    follow(document.activeElement);
  }

  function firstDay(sheets) {
    var day = sheets.querySelector("[data-day]");
    return day ? day.dataset.day : "";
  }

  function slip(now) {
    var old = byId("slip");
    if (!old || !now) return;
    var chosen = document.activeElement && document.activeElement.value;
    var within = old.contains(document.activeElement);
    old.replaceWith(document.importNode(now, true));
    if (within) {
      var again = Array.prototype.find.call(byId("slip").querySelectorAll("button"), function (button) {
        return button.value === chosen;
      });
      if (again) again.focus();
    }
  }

  document.addEventListener("click", function (event) {
    var chip = event.target.closest && event.target.closest('#slip button[name="_do"]');
    if (!chip || !form.dataset.preview) return;
    event.preventDefault();
    form.elements._look.value = chip.value.slice("look:".length);
    look(chip.value);
  });

  // The slip shows the block of the field in focus

  function follow(field) {
    var paper = document.querySelector(".paper[data-places]");
    var name = field && field.name ? field.name.split(".")[0] : "";
    if (!paper || !name || !form.contains(field)) return;
    var at = paper.dataset.places.split(" ").map(function (one) { return one.split(":"); }).find(function (one) {
      return one[0] === name;
    });
    var picture = paper.querySelector("img");
    if (!at || !picture) return;
    paper.scrollTop = Math.max(0, Number(at[1]) / 2 - 40);
  }

  form.addEventListener("focusin", function (event) { follow(event.target); });

  // Keeping it

  var place = "draft:" + window.location.pathname;
  var sent = 0;
  var stopped = false;
  var keeping = null;

  function connected(is) {
    var bar = byId("offline");
    if (bar) bar.hidden = is;
    if (is) return;
    try {
      window.sessionStorage.setItem(place, JSON.stringify(values()));
    } catch (full) { /* what is in the page stays in the page */ }
  }

  function values() {
    var found = [];
    new FormData(form).forEach(function (value, name) {
      if (name !== "csrftoken" && name !== "seal") found.push([name, value]);
    });
    return found;
  }

  function forget() {
    try { window.sessionStorage.removeItem(place); } catch (none) { /* there is none */ }
  }

  function say(words) {
    var kept = byId("kept");
    if (kept && words) kept.textContent = words;
  }

  function keep() {
    if (!form.dataset.keep || !touched || stopped || keeping || count === sent) return;
    var now = count;
    keeping = new AbortController();
    fetch(form.dataset.keep, { method: "POST", body: new URLSearchParams(new FormData(form)), signal: keeping.signal, redirect: "error" })
      .then(function (answer) {
        return answer.json().then(function (told) { return [answer.status, told]; });
      })
      .then(function (both) {
        keeping = null;
        connected(true);
        var told = both[1];
        if (both[0] === 200) {
          sent = now;
          form.elements._edits.value = told.edits;
          told.hidden.forEach(function (one) {
            var field = form.elements[one[0]];
            if (field) field.value = one[1];
          });
          forget();
          if (count === now) touched = false;
        } else if (both[0] === 409) {
          stopped = true;
          var beside = byId("elsewhere");
          beside.querySelector("[data-words]").textContent = told.words + " ";
          beside.hidden = false;
        } else {
          sent = now;
        }
        say(told.words);
      })
      .catch(function (error) {
        keeping = null;
        if (error.name !== "AbortError") connected(false);
      });
  }

  window.setInterval(keep, EVERY);
  window.addEventListener("online", keep);
  window.addEventListener("offline", function () { if (touched) connected(false); });

  (function () {
    var held = null;
    try { held = JSON.parse(window.sessionStorage.getItem(place)); } catch (broken) { held = null; }
    var bar = byId("left-over");
    if (!held || !bar) return;
    bar.hidden = false;
    bar.querySelector("[data-take]").addEventListener("click", function () {
      each('input[type="checkbox"]', form, function (box) { box.checked = false; });
      var nth = {};
      held.forEach(function (one) {
        var place = nth[one[0]] || 0;
        nth[one[0]] = place + 1;
        var fields = Array.prototype.filter.call(form.elements, function (field) { return field.name === one[0]; });
        fields.forEach(function (field) {
          if (field.type === "checkbox") field.checked = field.checked || field.value === one[1];
          else if (field.tagName === "SELECT" && fields.indexOf(field) !== place) return;
          else if (one[0] !== "_edits" && field.tagName !== "BUTTON") field.value = one[1];
        });
      });
      bar.hidden = true;
      forget();
      write();
    });
    bar.querySelector("[data-leave]").addEventListener("click", function () {
      bar.hidden = true;
      forget();
    });
  })();

  // Ids by their names

  var list = byId("ids");
  var naming = 0;

  form.addEventListener("input", function (event) {
    var field = event.target;
    if (!list || field.dataset.ids === undefined || field.tagName !== "INPUT") return;
    field.setAttribute("list", "ids");
    window.clearTimeout(naming);
    naming = window.setTimeout(function () {
      if (!field.value.trim()) return;
      fetch("/items/names?q=" + encodeURIComponent(field.value.trim()))
        .then(function (answer) { return answer.ok ? answer.json() : []; })
        .then(function (found) {
          list.replaceChildren.apply(list, found.map(function (one) {
            var option = document.createElement("option");
            option.value = one.id;
            option.label = one.name;
            return option;
          }));
        })
        .catch(function () { /* the id can be written all the same */ });
    }, 250);
  });

  // Days of a calendar

  function turn(button) {
    var weekend = button.classList.contains("rest");
    var states = weekend ? ["", "work", "off"] : ["", "off"];
    var was = button.dataset.state;
    var now = states[(states.indexOf(was) + 1) % states.length];
    ["off", "work"].forEach(function (name) {
      var box = form.elements[name];
      var days = box.value.split("\n").map(function (one) { return one.trim(); }).filter(function (one) {
        return one && one !== button.dataset.day;
      });
      if (now === name) days.push(button.dataset.day);
      if (now === name) days.sort();
      box.value = days.join("\n");
    });
    button.dataset.state = now;
    button.classList.toggle("off", now === "off");
    button.classList.toggle("work", now === "work");
    var words = button.getAttribute("aria-label").split("，");
    var said = button.closest("[data-months]").dataset;
    words[2] = now === "off" ? said.wordOff : now === "work" ? said.wordWork : weekend ? said.wordRest : said.wordUsual;
    button.setAttribute("aria-label", words.join("，"));
    var sign = button.querySelector("small");
    if (sign) sign.remove();
    if (now) {
      sign = document.createElement("small");
      sign.setAttribute("aria-hidden", "true");
      sign.textContent = now === "off" ? said.signOff : said.signWork;
      button.append(sign);
    }
    write();
  }

  function days() {
    return Array.prototype.slice.call(form.querySelectorAll("[data-day]"));
  }

  form.addEventListener("click", function (event) {
    var button = event.target.closest("[data-day]");
    if (!button) return;
    event.preventDefault();
    turn(button);
  });

  var STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

  form.addEventListener("keydown", function (event) {
    var button = event.target.closest("[data-day]");
    if (!button || !(event.key in STEPS) || event.altKey) return;
    var all = days();
    var next = all[all.indexOf(button) + STEPS[event.key]];
    event.preventDefault();
    if (next) stand(next).focus();
  });

  /* One stop of the Tab key for the whole year; arrows go on from there. */
  function stand(button) {
    days().forEach(function (one) { one.tabIndex = one === button ? 0 : -1; });
    return button;
  }

  if (days().length) stand(days()[0]);

  // Keys

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
    write();
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
