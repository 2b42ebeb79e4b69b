// Sets light or dark before anything is drawn, so that the page does not flash.
"use strict";
const kept = localStorage.getItem("feeler.theme");
if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
