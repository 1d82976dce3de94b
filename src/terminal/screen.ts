/** Where a conversation is shown. */
export interface Screen {
  print(line: string): void;
  /** The room that is written to, where it needs saying. */
  showRoom(room: string | undefined): void;
  /** Who types there; `""` for nobody. */
  showTyping(text: string): void;
}
