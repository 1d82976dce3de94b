import type { ErrorCode } from "../../protocol/codes.ts";

/** What the server itself says: refusals, by their code, and the names that stand for it. */
export default {
  "error.bad_json": "This is not a JSON object. Send one object a frame, for example {example}.",
  "error.bad_frame": "The field “{field}” is missing or is not what it should be.",
  "error.unknown_type": "There is no frame of type “{type}”.",
  "error.bad_room": "A room’s name has letters, digits, “-” and “_” only, 1 to 64 of them.",
  "error.bad_name": "A name has 1 to 32 characters, no “:” and nothing invisible, and is not only digits.",
  "error.bad_id": "An id has 16 to 64 characters: letters, digits, “-” and “_”.",
  "error.bad_text": "The text is not proper Unicode (UTF-8 without halves of characters).",
  "error.empty": "There is nothing in this message.",
  "error.too_long": "This message is too long: at most {max} characters.",
  "error.too_large": "This is too large: at most {max} bytes.",
  "error.id_conflict": "Another message with this id is in the room already.",
  "error.name_taken": "This name is in use. “{suggestion}” is free.",
  "error.not_joined": "Join the room first.",
  "error.no_such_room": "There is no such room.",
  "error.not_found": "There is nothing at this address.",
  "error.too_many_rooms": "No more than {max} rooms can be joined at once.",
  "error.rate_limited": "Too fast. Try again in a moment.",
  "error.too_many_connections": "Too many connections from this address. Close some, or try again later.",
  "error.forbidden_host":
    "This server does not answer to the name “{host}”. Its operator can allow it: --allow-host {host}",
  "error.forbidden_origin":
    "Pages from {origin} may not use this server. Its operator can allow them: --allow-origin {origin}",
  "error.local_only": "Only a program on the server’s own machine may do this.",
  "error.unavailable": "Nothing can be sent right now. Try again in a moment.",
  operator: "server",
  joined: "{name} joined",
  left: "{name} left",
  renamed: "{was} is now {name}",
  own: "You said: {text}",
  other: "Someone says: {text}",
  open: "User: {text}",
  echo: "Server answers: {text}",
  broadcast: "🟢 Server: {text}",
  unknown_command:
    "There is no command {command}. There are /name, /join and exit; a message that begins with / is sent with //.",
} satisfies Record<`error.${ErrorCode}`, string> & Record<string, string>;
