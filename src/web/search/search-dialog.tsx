import { useEffect, useRef } from "preact/hooks";
import { pairOf } from "../../protocol/direct.ts";
import type { MessageFrame, RoomName } from "../../sdk/index.ts";
import { excerptOf } from "../logic/excerpt.ts";
import { Dialog } from "../parts/dialog.tsx";
import { follow } from "../parts/follow.ts";
import { Icon } from "../parts/icon.tsx";
import { Name } from "../parts/person.tsx";
import type { Chat } from "../state/chat.ts";
import type { Conversation } from "../state/conversation.ts";
import { useFormats, usePage, useSay } from "../state/page.ts";
import { pathOf } from "../state/place.ts";
import { createSearching, type Searching } from "./searching.ts";
import "./search.css";

interface SearchDialogProps {
  /** What was looked for the last time, if anything was. */
  readonly kept: { current: Searching | undefined };
  readonly chat: Chat;
  readonly conversation: Conversation;
  readonly onClose: () => void;
}

/** Looks for what was said, in the room or in all of them. */
export function SearchDialog({ kept, chat, conversation, onClose }: SearchDialogProps) {
  const say = useSay();
  const { clock } = usePage();
  kept.current ??= createSearching(chat.search, clock, conversation.name);
  const { current: searching } = kept;
  const input = useRef<HTMLInputElement>(null);
  const { found, room, text } = searching;
  useEffect(() => {
    searching.open(conversation.name);
    input.current?.select();
    return searching.close;
  }, []);
  // Each of them: an effect of the drawing's would see the last of a frame.
  useEffect(() => chat.latestChange.subscribe((frame) => frame && searching.heed(frame)), []);
  const titleOf = (name: RoomName) => {
    const open = chat.find(name);
    if (open?.other.value) return open.title.value;
    return pairOf(name) ? say("rooms.direct") : `#${name}`;
  };
  const isEverywhere = room.value === undefined;
  return (
    <Dialog title={say("search.title")} onClose={onClose}>
      <search class="search" onKeyDown={(event) => moveThrough(event, searching)}>
        <div class="search-field">
          <Icon of="search" />
          <input
            ref={input}
            type="search"
            dir="auto"
            autocomplete="off"
            enterkeyhint="search"
            aria-label={say("search.label")}
            placeholder={say("search.label")}
            value={text}
            onInput={({ currentTarget }) => searching.write(currentTarget.value)}
          />
        </div>
        <fieldset class="segments search-where" aria-label={say("search.where")}>
          {[false, true].map((everywhere) => (
            <label key={`${everywhere}`} class="segment">
              <input
                type="radio"
                name="where"
                checked={isEverywhere === everywhere}
                onChange={() => searching.within(everywhere ? undefined : conversation.name)}
              />
              <span class="segment-word">{say(everywhere ? "search.all" : "search.here")}</span>
            </label>
          ))}
        </fieldset>
        <ol class="results">
          {found.value.messages.map((message) => (
            <li key={`${message.room} ${message.seq}`}>
              <Result
                message={message}
                words={found.value.words}
                room={isEverywhere ? titleOf(message.room) : undefined}
                onGo={onClose}
              />
            </li>
          ))}
        </ol>
        <Outcome searching={searching} />
      </search>
    </Dialog>
  );
}

interface ResultProps {
  readonly message: MessageFrame;
  readonly words: readonly string[];
  /** What the room is called, if that is to be told. */
  readonly room: string | undefined;
  readonly onGo: () => void;
}

/** One message that was found; it leads to its place. */
function Result({ message, words, room, onGo }: ResultProps) {
  const formats = useFormats();
  const { clock, route } = usePage();
  const place = { at: "room", room: message.room, seq: message.seq } as const;
  const at = Date.parse(message.ts);
  return (
    <a
      class="result"
      href={pathOf(place)}
      onClick={follow(() => {
        onGo();
        route.go(place);
      })}
    >
      <span class="result-head">
        <Name name={message.user.name} />
        {room && <bdi>{room}</bdi>}
        <time dateTime={message.ts} title={formats.exact(at)}>
          {formats.day(at, clock.now())}, {formats.time(at)}
        </time>
      </span>
      <span class="result-text" dir="auto">
        {excerptOf(message.text, words).map((run, index) =>
          run.isHit ? <mark key={index}>{run.text}</mark> : <span key={index}>{run.text}</span>,
        )}
      </span>
    </a>
  );
}

/** How it stands with the search, and the way on. */
function Outcome({ searching }: { readonly searching: Searching }) {
  const say = useSay();
  const { at, messages, next } = searching.found.value;
  return (
    <div class="search-outcome">
      <p role="status">
        {at === "here" && (messages.length > 0 ? say("search.found", { count: messages.length }) : say("search.none"))}
        {at === "coming" && messages.length === 0 && say("search.coming")}
        {at === "failed" && say("search.failed")}
      </p>
      {(at === "failed" || (at === "here" && next)) && (
        <button type="button" class="chip" onClick={searching.goOn}>
          {say(at === "failed" ? "conversation.try_again" : "search.more")}
        </button>
      )}
    </div>
  );
}

/** The arrows lead from the field through what was found, and Enter in the field to the first of it. */
function moveThrough(event: KeyboardEvent, searching: Searching): void {
  const { currentTarget: search, target, key } = event;
  if (!(search instanceof HTMLElement) || !(target instanceof HTMLElement)) return;
  // 229: a key that an input method has taken, where `isComposing` comes too late.
  if (event.isComposing || event.keyCode === 229) return;
  const isField = target.matches("[type=search]");
  const results = [...search.querySelectorAll<HTMLElement>(".result")];
  if (key === "Enter" && isField) {
    // Until it is looked for, what is seen was found by other words.
    if (!searching.hurry()) results[0]?.click();
  } else if ((key !== "ArrowDown" && key !== "ArrowUp") || target.matches("[type=radio]")) return;
  else if (key === "ArrowUp" && target === results[0]) search.querySelector("input")?.focus();
  else {
    const at = results.indexOf(target);
    const to = isField ? (key === "ArrowDown" ? 0 : -1) : at + (key === "ArrowDown" ? 1 : -1);
    results[to]?.focus();
  }
  event.preventDefault();
}
