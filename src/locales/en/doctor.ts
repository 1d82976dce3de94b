/** What `parlance doctor` says. */
export default {
  "gateway.http": "HTTP",
  "gateway.origin": "page",
  "gateway.clock": "clock",
  "gateway.native": "native",
  "gateway.plain": "plain text",
  "gateway.room_text": "room text",
  "gateway.open_text": "open text",
  "gateway.echo": "WebSocket echo",
  "gateway.post": "post",
  "gateway.events": "SSE",
  "gateway.poll": "long poll",
  "gateway.tcp_chat": "TCP chat",
  "gateway.tcp_echo": "TCP echo",
  unreachable: "Nothing answers at {url} ({detail}). Start the server, or give its address.",
  refused: "Refused with {status}: {detail}",
  upgrade_blocked:
    "The upgrade to a WebSocket at {path} does not get through. A proxy in between must pass on the Upgrade and Connection headers.",
  buffered: "The stream is held back on the way. Turn buffering off in the proxy (nginx: proxy_buffering off).",
  silent: "There was no answer in time, or the line broke.",
  wrong_answer: "The answer is not that of a Parlance server: {detail}",
  clock_off: "The clocks of this machine and the server are {seconds} s apart. Set them by a time server.",
  tcp_closed:
    "Nothing answers on port {port} ({detail}). Is the gateway on (--tcp-port, --tcp-echo-port), and the port open?",
  healthy: "Everything works.",
  examining: "Examining {url}",
  works: "{latency} ms",
} as const satisfies Readonly<Record<string, string>>;
