import type { ReadonlySignal } from "@preact/signals";
import { Component } from "preact";
import type { Row } from "../logic/arrange.ts";
import { Icon } from "../parts/icon.tsx";
import { Avatar, Name } from "../parts/person.tsx";
import type { Conversation } from "../state/conversation.ts";
import { useFormats, useSay } from "../state/page.ts";
import { Message, MessageMoment, Moment } from "./message.tsx";
import { Presence } from "./presence.tsx";

interface RowsProps {
  readonly rows: readonly Row[];
  /** When the present day began. */
  readonly today: ReadonlySignal<number>;
  readonly conversation: Conversation;
}

/**
 * A stretch of the conversation; drawn again only when its rows are others. A class: what `useMemo` keeps of a drawing
 * leads to everything that was drawn beside it, and so on back to the first message.
 */
export class Rows extends Component<RowsProps> {
  override shouldComponentUpdate(next: RowsProps): boolean {
    return next.rows !== this.props.rows || next.conversation !== this.props.conversation;
  }

  override render({ rows, today, conversation }: RowsProps) {
    return (
      <div class="stretch">
        {rows.map((row) => (
          <OneRow key={row.key} row={row} today={today} conversation={conversation} />
        ))}
      </div>
    );
  }
}

function OneRow({ row, today, conversation }: Omit<RowsProps, "rows"> & { readonly row: Row }) {
  const say = useSay();
  switch (row.is) {
    case "day":
      return <Day at={row.at} today={today} />;
    case "new":
      return (
        <p class="new-line" id="new-line">
          <span>{say("conversation.new")}</span>
        </p>
      );
    case "group":
      return <Group group={row} conversation={conversation} />;
    case "presence":
      return <Presence joined={row.joined} left={row.left} />;
    case "renamed":
      return <p class="note">{say("presence.renamed", { was: row.was, name: row.name })}</p>;
    case "topic":
      return <p class="note">{say(row.text ? "topic.set" : "topic.taken", { name: row.name, text: row.text })}</p>;
    case "notice":
      return (
        <div class="notice">
          <Icon of="horn" />
          <p class="notice-head">
            <strong>{say("conversation.from_server")}</strong> <Moment at={row.at} />
          </p>
          <p class="notice-text" dir="auto">
            {row.text}
          </p>
        </div>
      );
    default:
      return row satisfies never;
  }
}

function Day({ at, today }: { readonly at: number; readonly today: ReadonlySignal<number> }) {
  const formats = useFormats();
  return (
    <p class="day">
      <span>{formats.day(at, today.value)}</span>
    </p>
  );
}

interface GroupProps {
  readonly group: Extract<Row, { is: "group" }>;
  readonly conversation: Conversation;
}

/** What one person said in a few minutes. */
function Group({ group, conversation }: GroupProps) {
  const say = useSay();
  const { author, mine, old, continued, lines } = group;
  const [first] = lines;
  const kind = `group${mine ? " group-mine" : ""}${old ? " group-old" : ""}${continued ? " group-continued" : ""}`;
  return (
    <div class={kind}>
      {!mine && !continued && <Avatar name={author.name} />}
      <div class="group-body">
        <p class={continued ? "byline aside" : "byline"}>
          {mine ? <span class="aside">{say("message.you")}</span> : <Name name={author.name} />}
          {first && <MessageMoment line={first} room={conversation.name} />}
        </p>
        {lines.map((line) => (
          <Message key={line.id} line={line} mine={mine} conversation={conversation} />
        ))}
      </div>
    </div>
  );
}
