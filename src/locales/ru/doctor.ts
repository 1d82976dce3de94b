import type english from "../en/doctor.ts";
import type { WordsOf } from "../words.ts";

export default {
  "gateway.http": "HTTP",
  "gateway.origin": "страница",
  "gateway.clock": "часы",
  "gateway.native": "собственный",
  "gateway.plain": "простой текст",
  "gateway.room_text": "текст комнаты",
  "gateway.open_text": "открытый текст",
  "gateway.echo": "эхо WebSocket",
  "gateway.post": "отправка",
  "gateway.events": "SSE",
  "gateway.poll": "долгий опрос",
  "gateway.tcp_chat": "TCP-чат",
  "gateway.tcp_echo": "TCP-эхо",
  unreachable: "По адресу {url} никто не отвечает ({detail}). Запустите сервер или укажите его адрес.",
  key_required: "Сервер спрашивает ключ доступа. Укажите его: --key КЛЮЧ или PARLANCE_KEY.",
  refused: "Отказано, {status}: {detail}",
  upgrade_blocked:
    "Переход на WebSocket по {path} не проходит. Прокси между вами должен передавать заголовки Upgrade и Connection.",
  buffered: "Поток задерживается в пути. Выключите буферизацию в прокси (nginx: proxy_buffering off).",
  silent: "Ответ не пришёл вовремя, или связь прервалась.",
  wrong_answer: "Это не ответ сервера Parlance: {detail}",
  clock_off: "Часы этой машины и сервера расходятся на {seconds} с. Сверьте их с сервером времени.",
  tcp_closed:
    "На порту {port} никто не отвечает ({detail}). Включён ли шлюз (--tcp-port, --tcp-echo-port) и открыт ли порт?",
  healthy: "Всё работает.",
  examining: "Проверяем {url}",
  works: "{latency} мс",
} satisfies WordsOf<"ru", typeof english>;
