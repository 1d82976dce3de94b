import type english from "../en/doctor.ts";
import type { WordsOf } from "../words.ts";

export default {
  "gateway.http": "HTTP",
  "gateway.origin": "сторінка",
  "gateway.clock": "годинник",
  "gateway.native": "власний",
  "gateway.plain": "простий текст",
  "gateway.room_text": "текст кімнати",
  "gateway.open_text": "відкритий текст",
  "gateway.echo": "луна WebSocket",
  "gateway.post": "надсилання",
  "gateway.events": "SSE",
  "gateway.poll": "довге опитування",
  "gateway.tcp_chat": "TCP-чат",
  "gateway.tcp_echo": "TCP-луна",
  unreachable: "За адресою {url} ніхто не відповідає ({detail}). Запустіть сервер або вкажіть його адресу.",
  key_required: "Сервер питає ключ доступу. Надайте його: --key КЛЮЧ або PARLANCE_KEY.",
  refused: "Відмовлено, {status}: {detail}",
  upgrade_blocked:
    "Перехід на WebSocket за {path} не проходить. Проксі між вами має передавати заголовки Upgrade і Connection.",
  buffered: "Потік затримується в дорозі. Вимкніть буферизацію в проксі (nginx: proxy_buffering off).",
  silent: "Відповідь не надійшла вчасно, або зв’язок перервався.",
  wrong_answer: "Це не відповідь сервера Parlance: {detail}",
  clock_off: "Годинники цієї машини й сервера розходяться на {seconds} с. Звірте їх із сервером часу.",
  tcp_closed:
    "На порту {port} ніхто не відповідає ({detail}). Чи увімкнено шлюз (--tcp-port, --tcp-echo-port) і чи відкрито порт?",
  healthy: "Усе працює.",
  examining: "Перевіряємо {url}",
  works: "{latency} мс",
} satisfies WordsOf<"uk", typeof english>;
