// A number that its neighbour says there is none of cannot be typed, and is not sent.
document.querySelectorAll("[data-decides]").forEach((choice) => {
  const number = choice.closest(".genre-setting-input").querySelector("[data-decided]");
  const decide = () => {
    number.disabled = choice.value === "none";
  };
  choice.addEventListener("change", () => {
    decide();
    if (!number.disabled) {
      number.focus();
    }
  });
  decide();
});
