// Lets lengths and the clock run between two refreshes, in the words of the page's language.
const vi = document.documentElement.lang !== "en";
const [DAY, HOUR, MINUTE, SECOND] = vi ? ["ngày", "giờ", "phút", "giây"] : ["d", "h", "min", "s"];
const skew = Date.parse(document.documentElement.dataset.now) - Date.now();
const clock = new Intl.DateTimeFormat("vi-VN", {
  timeZone: "Asia/Ho_Chi_Minh", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false,
});
const two = (n) => String(n).padStart(2, "0");

function said(total) {
  const days = Math.floor(total / 86400);
  const hours = Math.floor((total % 86400) / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  if (days) return `${days} ${DAY} ${hours} ${HOUR}`;
  if (hours) return `${hours} ${HOUR} ${two(minutes)} ${MINUTE}`;
  if (minutes >= 10) return `${minutes} ${MINUTE}`;
  if (minutes) return `${minutes} ${MINUTE} ${two(total % 60)} ${SECOND}`;
  return `${total} ${SECOND}`;
}

function tick() {
  const now = Date.now() + skew;
  for (const one of document.querySelectorAll("time[data-since]")) {
    const text = said(Math.max(0, Math.floor((now - Date.parse(one.dateTime)) / 1000)));
    if (one.textContent !== text) one.textContent = text;
  }
  for (const one of document.querySelectorAll("[data-clock]")) one.textContent = clock.format(now);
}

tick();
setInterval(tick, 1000);
document.addEventListener("patched", tick);
