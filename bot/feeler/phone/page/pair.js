const wrong = new URLSearchParams(location.search).has("wrong");
if (wrong) {
  document.getElementById("wrong").textContent = "That was not the code. After five wrong ones, wait a minute.";
}
document.getElementById("code").focus();
