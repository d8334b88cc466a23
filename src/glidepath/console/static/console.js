// While something runs, fetch the page again and put the new content in place, keeping what the reader has opened.
"use strict";
const PAUSE_MS = 2000;

async function refresh() {
  if (document.hidden) return schedule();
  const open = new Set([...document.querySelectorAll("details[open][id]")].map((element) => element.id));
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of open) page.getElementById(id)?.setAttribute("open", "");
    document.querySelector("main").replaceWith(page.querySelector("main"));
    document.title = page.title;
  } catch {
    document.querySelector(".live")?.replaceChildren("the server does not answer, trying again");
  }
  schedule();
}

function schedule() {
  if (document.querySelector("main[data-live]")) setTimeout(refresh, PAUSE_MS);
}

schedule();
