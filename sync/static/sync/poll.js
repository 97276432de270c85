// Renews a part of the page while what it shows goes on; loads the page anew when it has ended.
(() => {
  "use strict";
  const PERIOD = 2000;
  const renew = async (part) => {
    let fresh = null;
    if (!document.hidden) {
      try {
        const answer = await fetch(part.dataset.poll, { headers: { "X-Requested-With": "fetch" } });
        if (!answer.ok) return;
        fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild;
      } catch { /* the portal is being restarted: ask again */ }
    }
    if (fresh) {
      if (!fresh.dataset.poll && part.dataset.reload) { location.reload(); return; }
      if (!part.contains(document.activeElement)) { part.replaceWith(fresh); part = fresh; }
      if (!part.dataset.poll) return;
    }
    setTimeout(() => renew(part), PERIOD);
  };
  for (const part of document.querySelectorAll("[data-poll]")) setTimeout(() => renew(part), PERIOD);
  for (const box of document.querySelectorAll("[data-choose-all]")) {
    box.closest("label").hidden = false;
    box.addEventListener("change", () => {
      for (const one of document.querySelectorAll(`input[name="${box.dataset.chooseAll}"]`)) one.checked = box.checked;
    });
  }
})();
