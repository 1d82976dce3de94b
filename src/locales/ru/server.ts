import type english from "../en/server.ts";
import type { WordsOf } from "../words.ts";

export default {
  "error.bad_json": "Это не объект JSON. Присылайте один объект на кадр, например {example}.",
  "error.bad_frame": "Поля «{field}» нет, или оно не такое, каким должно быть.",
  "error.unknown_type": "Кадра типа «{type}» нет.",
  "error.bad_room": "Название комнаты состоит только из букв, цифр, «-» и «_», от 1 до 64 знаков.",
  "error.bad_name": "В имени от 1 до 32 знаков, без «:» и невидимых знаков, и не одни цифры.",
  "error.bad_id": "В идентификаторе от 16 до 64 знаков: латинские буквы, цифры, «-» и «_».",
  "error.bad_text": "Текст — не правильный Юникод (UTF-8 без половинок знаков).",
  "error.empty": "Это сообщение пустое.",
  "error.too_long": "Сообщение слишком длинное: не больше {max} знаков.",
  "error.too_large": "Слишком большой объём: не больше {max} байт.",
  "error.id_conflict": "В комнате уже есть другое сообщение с этим идентификатором.",
  "error.name_taken": "Это имя занято. Свободно: «{suggestion}».",
  "error.not_joined": "Сначала войдите в комнату.",
  "error.no_such_room": "Такой комнаты нет.",
  "error.not_found": "По этому адресу ничего нет.",
  "error.too_many_rooms": "Одновременно можно быть не более чем в {max} комнатах.",
  "error.rate_limited": "Слишком быстро. Попробуйте через мгновение.",
  "error.too_many_connections":
    "Слишком много подключений с этого адреса. Закройте часть из них или повторите попытку позже.",
  "error.forbidden_host": "Этот сервер не отвечает на имя «{host}». Его владелец может разрешить: --allow-host {host}",
  "error.forbidden_origin":
    "Страницам с {origin} нельзя пользоваться этим сервером. Его владелец может разрешить: --allow-origin {origin}",
  "error.local_only": "Это может только программа на самой машине сервера.",
  "error.unavailable": "Сейчас ничего нельзя отправить. Попробуйте через мгновение.",
  operator: "сервер",
  joined: "{name} здесь",
  left: "{name} больше не здесь",
  renamed: "{was} теперь {name}",
  own: "Вы сказали: {text}",
  other: "Кто-то говорит: {text}",
  open: "Пользователь: {text}",
  echo: "Сервер отвечает: {text}",
  broadcast: "🟢 Сервер: {text}",
  unknown_command:
    "Команды {command} нет. Есть /name, /join и exit; сообщение, которое начинается с /, отправляется с //.",
} satisfies WordsOf<"ru", typeof english>;
