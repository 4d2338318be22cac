// Home greets in the reader's own time of day; the server does not know it.
const heading = document.querySelector(".home-head h1");
if (heading) {
  const hour = new Date().getHours();
  const greeting = hour < 5 ? "Hello" : hour < 12 ? "Good morning" : hour >= 12 && hour < 18 ? "Good afternoon" : "Good evening";
  heading.textContent = heading.textContent.replace(/^Hello/, greeting);
  heading.nextElementSibling.textContent = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(new Date()).replace(/^(\w+) /, "$1, ");
}
