import type { Line } from "../logic/arrange.ts";
import type { Conversation } from "../state/conversation.ts";

/** The message that an element of the conversation belongs to; the time beside a name is the first message's. */
export function messageOf(element: unknown): HTMLElement | undefined {
  if (!(element instanceof Element)) return undefined;
  const byline = element.closest(".byline");
  return (byline?.nextElementSibling ?? element).closest<HTMLElement>(".message") ?? undefined;
}

/** Which message it is. */
export const idOf = (message: HTMLElement | undefined) => message?.id.slice("m-".length) as Line["id"] | undefined;

/** The links of the messages' times that can be seen, from top to bottom. */
function momentsIn(log: Element): readonly HTMLElement[] {
  const all = [...log.querySelectorAll<HTMLElement>(".moment-link")];
  return all.filter((link) => link.checkVisibility() && !link.closest(".aside"));
}

/** The link of a message's time that can be seen. */
export const momentOf = (message: HTMLElement): HTMLElement | undefined =>
  momentsIn(message.closest(".group-body") ?? message).find((link) => messageOf(link) === message);

/** The letter of a key, also where the keyboard writes another script. */
const letterOf = ({ key, code }: KeyboardEvent): string | undefined =>
  (/^[a-z]$/i.test(key) ? key : /^Key(.)$/.exec(code)?.[1])?.toLowerCase();

/**
 * Enter in the conversation picks the lowest message on the screen; from there, up and down lead to the next ones, and
 * single keys answer, edit, delete, or open the emoji, unless the reader wants none.
 */
export function moveByKey(event: KeyboardEvent, conversation: Conversation, hasSingleKeys: boolean): void {
  const { currentTarget: log, target } = event;
  if (!(log instanceof HTMLElement) || !(target instanceof HTMLElement)) return;
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const goTo = (link: HTMLElement | undefined) => {
    event.preventDefault();
    link?.focus({ preventScroll: true });
    link?.closest(".message, .byline")?.scrollIntoView({ block: "nearest" });
  };
  if (target === log && event.key === "Enter") {
    const { bottom } = log.getBoundingClientRect();
    goTo(momentsIn(log).findLast((link) => link.getBoundingClientRect().bottom <= bottom));
  } else if (target.matches(".moment-link")) {
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      const links = momentsIn(log);
      goTo(links[links.indexOf(target) + (event.key === "ArrowUp" ? -1 : 1)] ?? target);
    } else if (hasSingleKeys && actByKey(event, conversation)) event.preventDefault();
  }
}

function actByKey(event: KeyboardEvent, { picked, reply, edit }: Conversation): boolean {
  // The mouse may rest on another one.
  const message = messageOf(event.target);
  const id = idOf(message);
  if (!message || !id) return false;
  const isMine = message.closest(".group-mine") !== null;
  const start = (doing: "react" | "delete", at: Line["id"]) => {
    picked.value = { id: at, doing };
  };
  if (event.key === "+") start("react", id);
  else if (event.key === "Delete" && isMine) start("delete", id);
  else if (letterOf(event) === "r") reply(id);
  else if (letterOf(event) === "e" && isMine) edit(id);
  else return false;
  return true;
}
