// The scale of the roadmap: what stands where, as the server has drawn it.

export const chart = document.getElementById("chart");
export const rows = document.getElementById("rows");
const day = 86_400_000;
export const number = date => Math.round(Date.parse(`${date}T00:00:00Z`) / day);
export const date = number => new Date(number * day).toISOString().slice(0, 10);
export const words = text => new Date(`${text}T00:00:00Z`).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
export const svgElement = (name, attributes) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

// The scale, as the server has drawn it.
export const scale = {
  get origin() { return Number(chart.dataset.origin); },
  get day() { return Number(chart.dataset.day); },
  get names() { return rows.parentElement.querySelector(".grid-lines").getBoundingClientRect().left - rows.getBoundingClientRect().left; },
  x(dayNumber) { return (dayNumber - this.origin) * this.day; },
  dayAt(clientX) { return Math.floor((clientX - document.getElementById("rm-grid").getBoundingClientRect().left) / this.day) + this.origin; },
  read() { this.periods = [...document.querySelectorAll("#rm-periods .period")].map(p => ({ start: number(p.dataset.start), end: number(p.dataset.end) })); },
  /// The period of a day; those beyond the edge of the drawing count as the last one there.
  index(dayNumber) {
    let low = 0, high = this.periods.length - 1;
    while (low < high) { const middle = (low + high + 1) >> 1; if (this.periods[middle].start <= dayNumber) low = middle; else high = middle - 1; }
    return low;
  },
  at(index) { return this.periods[Math.min(Math.max(index, 0), this.periods.length - 1)]; },
};

/// A page of ours, as a document.
export function read(path) {
  return new Promise(resolve => {
    const request = new XMLHttpRequest();
    request.open("GET", path);
    request.responseType = "document";
    request.onload = () => resolve(request.status === 200 ? request.response : null);
    request.onerror = () => resolve(null);
    request.send();
  });
}

/// Scrolls no further than needed; names stay at the left by themselves.
export function reveal(target) {
  const frame = chart.getBoundingClientRect(), row = target.closest(".row").getBoundingClientRect(), top = frame.top + 56;
  if (row.top < top) chart.scrollTop -= top - row.top;
  else if (row.bottom > frame.bottom - 16) chart.scrollTop += row.bottom - frame.bottom + 16;
  const box = target.querySelector(".g")?.getBoundingClientRect(), left = frame.left + scale.names;
  if (box && (box.left < left || box.left > frame.right - 60)) chart.scrollLeft += box.left - left - 60;
}
