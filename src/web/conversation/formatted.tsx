import { Fragment } from "preact";
import { useMemo } from "preact/hooks";
import { type Block, type Inline, parseMessage } from "../logic/format.ts";

/** A message's text with its formatting, as checked elements: never as markup. [D3] */
export function Formatted({ text }: { readonly text: string }) {
  const blocks = useMemo(() => parseMessage(text), [text]);
  return <Blocks of={blocks} />;
}

function Blocks({ of: blocks }: { readonly of: readonly Block[] }) {
  return blocks.map((block, index) => {
    switch (block.is) {
      case "paragraph":
        return (
          <p key={index} dir="auto">
            <Runs of={block.of} />
          </p>
        );
      case "quote":
        return (
          <blockquote key={index} dir="auto">
            <Blocks of={block.of} />
          </blockquote>
        );
      case "code":
        return (
          <pre key={index}>
            <code>{block.text}</code>
          </pre>
        );
      case "list": {
        const items = block.items.map((item, at) => (
          <li key={at} dir="auto">
            <Runs of={item} />
          </li>
        ));
        return block.start === undefined ? (
          <ul key={index}>{items}</ul>
        ) : (
          <ol key={index} start={block.start}>
            {items}
          </ol>
        );
      }
      default:
        return block satisfies never;
    }
  });
}

function Runs({ of: runs }: { readonly of: readonly Inline[] }) {
  return runs.map((run, index) => {
    switch (run.is) {
      case "text":
        return <Fragment key={index}>{run.text}</Fragment>;
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
            <Runs of={run.of} />
          </strong>
        );
      case "italic":
        return (
          <em key={index}>
            <Runs of={run.of} />
          </em>
        );
      default:
        return run satisfies never;
    }
  });
}
