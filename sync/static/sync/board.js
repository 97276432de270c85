// The health board: draws the charts and renews the board without taking the focus away.
(() => {
  "use strict";
  const PERIOD = 15000;
  const board = document.getElementById("board");
  if (!board) return;

  const colour = (name) => getComputedStyle(board).getPropertyValue(name).trim();

  const draw = () => {
    if (!window.Chart) return;
    const ink = colour("--w-color-text-meta");
    const rows = colour("--xch-bar");
    const failed = colour("--xch-red");
    const line = colour("--xch-line");
    for (const canvas of board.querySelectorAll("canvas[data-runs]")) {
      const runs = JSON.parse(canvas.dataset.runs);
      canvas.parentElement.hidden = false;
      // a failed run has no rows to show: it stands as a full red bar behind the others
      const most = Math.max(1, ...runs.map((run) => run[1]));
      new window.Chart(canvas, {
        data: {
          labels: runs.map((run) => run[0]),
          datasets: [
            {
              type: "line", label: board.dataset.seconds, yAxisID: "seconds",
              data: runs.map((run) => (run[3] ? null : run[2])), borderColor: line,
              borderWidth: 1.5, pointRadius: runs.length < 3 ? 2 : 0, pointBackgroundColor: line, spanGaps: true,
            },
            {
              type: "bar", label: board.dataset.rows, yAxisID: "rows", minBarLength: 2,
              data: runs.map((run) => (run[3] ? most : run[1])), maxBarThickness: 8,
              backgroundColor: runs.map((run) => (run[3] ? failed : rows)),
            },
          ],
        },
        options: {
          animation: false, responsive: true, maintainAspectRatio: false, events: ["mousemove", "mouseout", "click"],
          interaction: { mode: "index", intersect: false },
          scales: {
            x: { display: false },
            rows: { display: false, beginAtZero: true },
            seconds: { display: false, beginAtZero: true },
          },
          plugins: {
            legend: { display: false },
            tooltip: {
              displayColors: false, bodyFont: { size: 11 }, titleFont: { size: 11 }, titleColor: "#fff", bodyColor: "#fff",
              callbacks: {
                label: (item) => {
                  const run = runs[item.dataIndex];
                  if (run[3]) return item.datasetIndex ? board.dataset.failed : "";
                  return item.datasetIndex ? `${board.dataset.rows}: ${run[1]}` : run[4];
                },
              },
            },
          },
          color: ink,
        },
      });
    }
  };

  const opened = () => [...board.querySelectorAll("details[open][data-key]")].map((each) => each.dataset.key);
  const byKey = (key) => board.querySelector(`[data-key="${CSS.escape(key)}"]`);
  const keyOf = (element) => {
    if (!element || !board.contains(element)) return "";
    if (element.tagName === "SUMMARY") return element.parentElement.dataset.key || "";
    return element.dataset.key || "";
  };
  // in the open menu of a row, or with words selected, a swap would take them from under the hand
  const isBusy = () => {
    const focused = document.activeElement;
    const menu = focused && board.contains(focused) && focused.closest(".xch-more[open] > div");
    const selected = String(document.getSelection() || "") !== "";
    return Boolean(menu) || selected || document.hidden;
  };

  const renew = async () => {
    if (isBusy()) return;
    let answer;
    try {
      answer = await fetch(board.dataset.board, { headers: { "X-Requested-With": "XMLHttpRequest" } });
    } catch {
      return; // the next one may come through
    }
    if (!answer.ok || answer.redirected) return;
    const text = await answer.text();
    if (isBusy()) return;
    const open = opened();
    const key = keyOf(document.activeElement);
    const onSummary = document.activeElement && document.activeElement.tagName === "SUMMARY";
    for (const canvas of board.querySelectorAll("canvas[data-runs]")) window.Chart?.getChart(canvas)?.destroy();
    board.innerHTML = text;
    for (const each of open) byKey(each)?.setAttribute("open", "");
    if (key) {
      const found = byKey(key);
      const target = onSummary && found ? found.querySelector("summary") : found;
      target?.focus({ preventScroll: true });
    }
    draw();
  };

  draw();
  setInterval(renew, PERIOD);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) renew();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", renew);
})();
