// The third step of connecting a base: the check of the Authorization header, the last contact,
// printing. Without this script the page says what to do by hand.
(() => {
  "use strict";

  const EVERY = 4000;

  const button = document.querySelector("[data-check]");
  const answer = document.querySelector("[data-answer]");
  if (button && answer) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      button.disabled = true;
      answer.textContent = "…";
      answer.classList.remove("wzd-bad", "wzd-good");
      const told = btoa(`${button.dataset.user}:${button.dataset.password}`);
      try {
        const response = await fetch(button.dataset.check, {
          headers: { Authorization: `Basic ${told}` },
          cache: "no-store",
          credentials: "omit",
        });
        const [word, ...lines] = (await response.text()).split("\n");
        const known = response.ok && (word === "success" || word === "failure");
        answer.textContent = known
          ? lines.join(" ")
          : `${button.dataset.failed} HTTP ${response.status}`;
        answer.classList.add(word === "success" && known ? "wzd-good" : "wzd-bad");
      } catch (error) {
        answer.textContent = `${button.dataset.failed} ${error.message}`;
        answer.classList.add("wzd-bad");
      }
      button.disabled = false;
    });
  }

  const print = document.querySelector("[data-print]");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }

  const contact = document.querySelector("[data-contact]");
  if (contact) {
    window.setInterval(async () => {
      if (document.hidden) {
        return;
      }
      try {
        const response = await fetch(contact.dataset.contact, { cache: "no-store" });
        if (response.ok && !response.redirected) {
          contact.innerHTML = await response.text();
        }
      } catch {
        // the next look may find the portal again
      }
    }, EVERY);
  }
})();
