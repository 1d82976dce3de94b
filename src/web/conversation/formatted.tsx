import { Fragment } from "preact";
import { useMemo } from "preact/hooks";
import { type Block, type Inline, parseMessage } from "../logic/format.ts";
import type { Mentions } from "../logic/mentions.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import type { Conversation } from "../state/conversation.ts";

/**
 * A message's text with its formatting, as checked elements: never as markup. [D3]
 *
 * Each paragraph, list and quote has the direction of its first letter. What is in a list or a quote has no `dir` of its
 * own, which HTML would pass over when it looks for that letter; the style sheet has its words in their order.
 */
export function Formatted({ text, people }: { readonly text: string; readonly people: Conversation["people"] }) {
  const blocks = useMemo(() => parseMessage(text), [text]);
  // Most texts mention nobody, and need not be drawn again whenever somebody comes.
  const mentions = text.includes("@") ? people.mentions.value : undefined;
  return <Blocks of={blocks} mentions={mentions} dir="auto" />;
}

interface Parts<T> {
  readonly of: readonly T[];
  readonly mentions: Mentions | undefined;
}

function Blocks({ of: blocks, mentions, dir }: Parts<Block> & { readonly dir?: "auto" }) {
  return blocks.map((block, index) => {
    switch (block.is) {
      case "paragraph":
        return (
          <p key={index} dir={dir}>
            <Runs of={block.of} mentions={mentions} />
          </p>
        );
      case "quote":
        return (
          <blockquote key={index} dir={dir}>
            <Blocks of={block.of} mentions={mentions} />
          </blockquote>
        );
      case "code":
        return (
          <div key={index} class="code">
            <pre dir="ltr">
              <code>{block.text}</code>
            </pre>
            <CopyButton text={block.text} />
          </div>
        );
      case "list": {
        const items = block.items.map((item, at) => (
          <li key={at}>
            <Runs of={item} mentions={mentions} />
          </li>
        ));
        return block.start === undefined ? (
          <ul key={index} dir={dir}>
            {items}
          </ul>
        ) : (
          <ol key={index} dir={dir} start={block.start}>
            {items}
          </ol>
        );
      }
      default:
        return block satisfies never;
    }
  });
}

function Runs({ of: runs, mentions }: Parts<Inline>) {
  return runs.map((run, index) => {
    switch (run.is) {
      case "text":
        return (
          <Fragment key={index}>{mentions ? <Mentioned text={run.text} mentions={mentions} /> : run.text}</Fragment>
        );
      case "code":
        return <code key={index}>{run.text}</code>;
      case "link":
        return (
          <a key={index} href={run.href} target="_blank" rel="noopener noreferrer nofollow">
            {run.text}
          </a>
        );
      case "bold":
        return (
          <strong key={index}>
            <Runs of={run.of} mentions={mentions} />
          </strong>
        );
      case "italic":
        return (
          <em key={index}>
            <Runs of={run.of} mentions={mentions} />
          </em>
        );
      default:
        return run satisfies never;
    }
  });
}

function Mentioned({ text, mentions }: { readonly text: string; readonly mentions: Mentions }) {
  return mentions.split(text).map((piece, index) =>
    typeof piece === "string" ? (
      <Fragment key={index}>{piece}</Fragment>
    ) : (
      <bdi key={index} class={piece.isMe ? "mention mention-me" : "mention"}>
        {piece.text}
      </bdi>
    ),
  );
}
