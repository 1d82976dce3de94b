/** The links of the messages' times that can be seen, from top to bottom. */
function momentsIn(log: HTMLElement): readonly HTMLElement[] {
  const all = [...log.querySelectorAll<HTMLElement>(".moment-link")];
  return all.filter((link) => link.checkVisibility() && !link.closest(".aside"));
}

/** Enter in the conversation picks the lowest message on the screen; from there, up and down lead to the next ones. */
export function moveByKey(event: KeyboardEvent): void {
  const { currentTarget: log, target } = event;
  if (!(log instanceof HTMLElement) || !(target instanceof HTMLElement)) return;
  const goTo = (link: HTMLElement | undefined) => {
    event.preventDefault();
    link?.focus({ preventScroll: true });
    link?.closest(".message, .byline")?.scrollIntoView({ block: "nearest" });
  };
  if (target === log && event.key === "Enter") {
    const { bottom } = log.getBoundingClientRect();
    goTo(momentsIn(log).findLast((link) => link.getBoundingClientRect().bottom <= bottom));
  } else if (target.matches(".moment-link") && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    if (event.altKey) return;
    const links = momentsIn(log);
    goTo(links[links.indexOf(target) + (event.key === "ArrowUp" ? -1 : 1)] ?? target);
  }
}
